"""A variant: a wording and a set of amounts of a campaign. Decisions fill in placeholders such as `{article_count}`."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.money import Interval


class Placeholder(StrEnum):
    """A name that a text may contain in braces, such as `{article_count}`, for a decision to fill in.

    - `article_count`: all articles that the reader's history remembers.
    - `article_count_in_window`: the articles that the campaign's first article count rule counts.
    - `site_name`: the name of the site.
    - `days_left`: local days to the end of the schedule; 0 on the last day.
    """

    ARTICLE_COUNT = "article_count"
    ARTICLE_COUNT_IN_WINDOW = "article_count_in_window"
    SITE_NAME = "site_name"
    DAYS_LEFT = "days_left"


class CopyDevice(StrEnum):
    """The screens that a wording is for. Phones are shown the `small` wording if there is one."""

    ANY = "any"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Copy:
    """The words in a language (a lower-case tag: `en`, `ga`, `en-ie`). The prompt lacks the parts that are None."""

    language: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str
    subheading: str | None = None
    highlight: str | None = None
    footnote: str | None = None
    device: CopyDevice = CopyDevice.ANY


_IN_BRACES = re.compile(r"\{([A-Za-z_]+)\}")


def texts_of(copy: Copy) -> tuple[str, ...]:
    """Return all texts of a wording, without the parts that it lacks."""
    return tuple(
        text
        for text in (copy.heading, copy.subheading, *copy.paragraphs, copy.highlight, copy.button, copy.footnote)
        if text
    )


def names_in_braces(copy: Copy) -> frozenset[str]:
    """Return the names in braces that a wording contains, whether they are placeholders or not."""
    return frozenset(name for text in texts_of(copy) for name in _IN_BRACES.findall(text))


@dataclass(frozen=True, slots=True)
class IntervalAsk:
    """The suggested amounts of an interval in a currency, in minor units, ascending.

    `default_minor` is preselected; None preselects no amount.
    """

    interval: Interval
    amounts_minor: tuple[int, ...]
    default_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CurrencyAsk:
    """The intervals that are offered in a currency (upper-case ISO 4217), in the order in which they are shown."""

    currency: str
    intervals: tuple[IntervalAsk, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """The amounts a reader may choose from, by currency. Every currency offers `default_interval`."""

    currencies: tuple[CurrencyAsk, ...]
    default_interval: Interval
    allows_own_amount: bool = True
    can_cover_fee: bool = False

    def in_currency(self, currency: str) -> CurrencyAsk | None:
        """Return the intervals and amounts in a currency, or None if the ask has none."""
        return next((ask for ask in self.currencies if ask.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Design:
    """The colours of a prompt as lower-case `#rrggbb`. None means the widget's own colour."""

    accent: str | None = None
    accent_text: str | None = None
    background: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TickerLabel:
    """The words beside a ticker in a language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Ticker:
    """A goal in a currency, shown with the amount raised so far.

    The amount raised is `already_minor` and all contributions through this campaign since the local day `starts_on`
    (None: since the first). `ends_on` is shown to readers and has no other effect. `stops_at_goal`: the campaign ends
    when the goal is reached.
    """

    goal_minor: int
    currency: str
    labels: tuple[TickerLabel, ...]
    starts_on: date | None = None
    ends_on: date | None = None
    already_minor: int = 0
    stops_at_goal: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A wording of a campaign with its amounts, colours and goal.

    - `copies`: at least one. The first is used if there is none in the reader's or the site's language.
    - `weight`: the variant's share of readers relative to the other variants. With 0 no new reader gets it.
    - `ask`: None means the site's ask.
    """

    key: str
    copies: tuple[Copy, ...]
    weight: float = 1.0
    is_control: bool = False
    ask: Ask | None = None
    design: Design = field(default_factory=Design)
    ticker: Ticker | None = None
