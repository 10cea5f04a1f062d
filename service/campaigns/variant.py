"""One wording and set of amounts of a campaign. Text may hold placeholders such as `{article_count}`; nothing here
fills them."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.money import Interval


class Placeholder(StrEnum):
    """What a decision fills in where a text holds the name in braces, such as `{article_count}`.

    `article_count`: all articles remembered; `article_count_in_window`: those of the campaign's first article count
    rule;
    `site_name`; `days_left`: local days to the end of the schedule, the last day is 0.
    """

    ARTICLE_COUNT = "article_count"
    ARTICLE_COUNT_IN_WINDOW = "article_count_in_window"
    SITE_NAME = "site_name"
    DAYS_LEFT = "days_left"


class CopyDevice(StrEnum):
    """Which screens a wording is for. A `small` wording is preferred on phones, `any` otherwise."""

    ANY = "any"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Copy:
    """The words in one language (lower-case tag such as `en`, `ga`, `en-ie`). None: that element is absent."""

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
    """Every text of a wording that is there."""
    return tuple(
        text
        for text in (copy.heading, copy.subheading, *copy.paragraphs, copy.highlight, copy.button, copy.footnote)
        if text
    )


def names_in_braces(copy: Copy) -> frozenset[str]:
    """The placeholder names a wording uses, known or not."""
    return frozenset(name for text in texts_of(copy) for name in _IN_BRACES.findall(text))


@dataclass(frozen=True, slots=True)
class IntervalAsk:
    """Suggested amounts in minor units of the currency, ascending. `default_minor` None: none is preselected."""

    interval: Interval
    amounts_minor: tuple[int, ...]
    default_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CurrencyAsk:
    """The intervals offered in one currency (upper-case ISO 4217), in the order shown."""

    currency: str
    intervals: tuple[IntervalAsk, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reader is asked for. `default_interval` is one of the intervals of every currency listed."""

    currencies: tuple[CurrencyAsk, ...]
    default_interval: Interval
    allows_own_amount: bool = True
    can_cover_fee: bool = False

    def in_currency(self, currency: str) -> CurrencyAsk | None:
        """The amounts of one currency, or None when this ask has none in it."""
        return next((ask for ask in self.currencies if ask.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Design:
    """Colours as `#rrggbb`, lower case. None: the widget's own."""

    accent: str | None = None
    accent_text: str | None = None
    background: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TickerLabel:
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Ticker:
    """A goal in one currency. Raised = `already_minor` + contributions through this campaign since `starts_on` (local
    day; None: all).

    `stops_at_goal`: the campaign no longer shows once the goal is reached. `ends_on` is only told to readers.
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
    """`weight`: share of readers relative to the other variants, 0 or more; 0 is shown to nobody new. One variant is
    the control.

    `copies`: at least one; the first is the fallback when neither the reader's nor the site's language is there.
    `ask` None: the site's.
    """

    key: str
    copies: tuple[Copy, ...]
    weight: float = 1.0
    is_control: bool = False
    ask: Ask | None = None
    design: Design = field(default_factory=Design)
    ticker: Ticker | None = None
