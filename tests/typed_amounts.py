"""Amounts as readers type them, for the service's reading and for the widget's."""

# Text, currency, minor units.
READABLE = (
    *(
        (text, "EUR", 500)
        for text in ("5", "5.", "5,", "5.-", "5,–", "5.--", "€5", "€ 5", "5 €", "5€", "5 eur", "EUR5")
    ),
    *((text, "EUR", 500) for text in ("٥", "۵", "５", "५", "৫", " 5\u00a0€ ", "\u200f٥ €\u200f", "٥.00", "€5.00")),
    *((text, "EUR", 550) for text in ("٥٫٥", "٥٫٥٠", "５．５", "５，５０", "5,50 €", "𝟓.𝟓")),
    *((text, "USD", 500) for text in ("$5", "US$5", "5 $", "5 USD", "usd 5")),
    *((text, "JPY", 500) for text in ("¥500", "500円", "￥５００", "JPY 500", "500.-")),
    *((text, "CHF", 500) for text in ("Fr. 5.-", "5 Fr.", "CHF 5", "SFr. 5.00")),
    ("5 kr.", "SEK", 500),
    ("5 zł", "PLN", 500),
    ("٥ د.ك.", "KWD", 5000),
    ("5.120", "KWD", 5120),
    ("500", "ISK", 50_000),
    ("2000", "EUR", 200_000),
)
# Text, currency. The writing may mean something else, or nothing.
UNREADABLE = (
    *((text, "EUR") for text in ("", "€", "five", "$5", "5 USD", "£5", "-5", "+5", "−5", "5e1", "1.000", "1,000")),
    *(
        (text, "EUR")
        for text in ("1 000", "1'000", "1.000,00", "€€5", "€5€", "5-", "½", "Ⅴ", "五", "5 5", "٫٥", "5.5.-", "5²", "①")
    ),
    ("5.5", "JPY"),
    ("€5", "USD"),
)
