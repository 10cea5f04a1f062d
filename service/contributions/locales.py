"""Languages of Stripe's hosted page."""

# https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-locale
STRIPE_LOCALES = frozenset(
    {
        "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr",
        "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru",
        "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
    }
)  # fmt: skip


def stripe_locale(language: str) -> str | None:
    """Stripe's tag for a language such as `pt-br`, or for its base language; None: whatever the browser asks for."""
    base, _, region = language.partition("-")
    for tag in (f"{base.lower()}-{region.upper()}", base.lower()):
        if tag in STRIPE_LOCALES:
            return tag
    return None
