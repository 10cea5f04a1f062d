"""What is put before the reader: the wording in their language, the amounts in their currency, the goal so far."""

import re
from dataclasses import dataclass
from datetime import date

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.gate import GateType, Strength
from service.campaigns.reader_rules import ArticleCount, Device
from service.campaigns.site import Site
from service.campaigns.variant import (
    Ask,
    Copy,
    CopyDevice,
    CurrencyAsk,
    Design,
    Interval,
    IntervalAsk,
    Placeholder,
    Ticker,
    Variant,
)
from service.decisions.compiled import Prepared
from service.decisions.decision import Choice
from service.decisions.goal import raised_minor
from service.decisions.reader_rules import article_count
from service.decisions.situation import Situation
from service.money import exponent

_PHONES = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class OfferedInterval:
    """Amounts in minor units; minimum and maximum are the site's, None where it sets none."""

    interval: Interval
    amounts_minor: tuple[int, ...]
    default_minor: int | None
    minimum_minor: int | None
    maximum_minor: int | None


@dataclass(frozen=True, slots=True)
class OfferedAsk:
    currency: str
    exponent: int
    default_interval: Interval
    can_cover_fee: bool
    allows_own_amount: bool
    intervals: tuple[OfferedInterval, ...]


@dataclass(frozen=True, slots=True)
class OfferedTicker:
    label: str
    goal_minor: int
    raised_minor: int
    currency: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class OfferedGate:
    gate_type: GateType
    strength: Strength


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt as the reader gets it. `is_counted`: it belongs to the results of its experiment."""

    campaign: str
    variant: str
    kind: Kind
    placement: Placement
    copy: Copy
    ask: OfferedAsk
    design: Design
    ticker: OfferedTicker | None
    gate: OfferedGate | None
    is_dismissible: bool
    is_counted: bool


def prompt_of(choice: Choice, situation: Situation) -> Prompt:
    """Everything the widget needs to show a chosen campaign."""
    campaign, variant = choice.prepared.campaign, choice.assigned.variant
    gate = campaign.gate
    return Prompt(
        campaign=campaign.key,
        variant=variant.key,
        kind=campaign.kind,
        placement=campaign.placement,
        copy=filled_copy(choice.prepared, variant, situation),
        ask=offered_ask(variant, situation.site, situation.visitor.country),
        design=variant.design,
        ticker=offered_ticker(campaign, variant.ticker, situation),
        gate=OfferedGate(gate.gate_type, choice.strength) if gate and choice.strength else None,
        is_dismissible=choice.is_dismissible,
        is_counted=choice.assigned.is_counted,
    )


def filled_copy(prepared: Prepared, variant: Variant, situation: Situation) -> Copy:
    """The wording for the reader's language and device, its placeholders filled."""
    copy = _copy_for(variant, situation)
    words = _words(prepared, situation)

    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)

    def fill_optional(text: str | None) -> str | None:
        return None if text is None else fill(text)

    return Copy(
        language=copy.language,
        heading=fill(copy.heading),
        subheading=fill_optional(copy.subheading),
        paragraphs=tuple(fill(text) for text in copy.paragraphs),
        highlight=fill_optional(copy.highlight),
        button=fill(copy.button),
        footnote=fill_optional(copy.footnote),
        device=copy.device,
    )


def offered_ask(variant: Variant, site: Site, country: str | None) -> OfferedAsk:
    """The amounts for a country's currency. Where recurring contributions are not offered, only one-off remains."""
    ask = variant.ask or site.ask
    amounts = _amounts_in(ask, site, country)
    intervals = tuple(
        _offered_interval(one, site, amounts.currency)
        for one in amounts.intervals
        if one.interval is Interval.ONE_OFF or country not in site.one_off_only_countries
    )
    offered = [one.interval for one in intervals]
    default = ask.default_interval if ask.default_interval in offered or not offered else offered[0]
    return OfferedAsk(
        currency=amounts.currency,
        exponent=exponent(amounts.currency),
        default_interval=default,
        can_cover_fee=ask.can_cover_fee,
        allows_own_amount=ask.allows_own_amount,
        intervals=intervals,
    )


def offered_ticker(campaign: Campaign, ticker: Ticker | None, situation: Situation) -> OfferedTicker | None:
    if ticker is None:
        return None
    label = next((one.text for one in ticker.labels if one.language == _language(situation)), None)
    return OfferedTicker(
        label=label or (ticker.labels[0].text if ticker.labels else ""),
        goal_minor=ticker.goal_minor,
        raised_minor=raised_minor(campaign, ticker, situation),
        currency=ticker.currency,
        ends_on=ticker.ends_on,
    )


def _copy_for(variant: Variant, situation: Situation) -> Copy:
    language = situation.visitor.language or ""
    wanted = (language, language.split("-")[0], situation.site.default_language)
    in_language = next(
        (found for one in wanted if (found := [copy for copy in variant.copies if copy.language == one])),
        [copy for copy in variant.copies if copy.language == variant.copies[0].language],
    )
    device = CopyDevice.SMALL if situation.visitor.device in _PHONES else CopyDevice.ANY
    return next((copy for copy in in_language if copy.device is device), in_language[0])


def _words(prepared: Prepared, situation: Situation) -> dict[str, str]:
    counts = tuple(zip(prepared.campaign.reader.article_counts, prepared.counted_topics, strict=True))
    in_window = counts[0] if counts else (ArticleCount(), None)
    words = {
        Placeholder.ARTICLE_COUNT.value: str(article_count(ArticleCount(), None, situation)),
        Placeholder.ARTICLE_COUNT_IN_WINDOW.value: str(article_count(*in_window, situation)),
        Placeholder.SITE_NAME.value: situation.site.name,
    }
    ends = prepared.campaign.schedule.ends
    if ends is not None:
        words[Placeholder.DAYS_LEFT.value] = str(max(0, ends.day.toordinal() - situation.now.day))
    return words


def _language(situation: Situation) -> str:
    return (situation.visitor.language or situation.site.default_language).split("-")[0]


def _amounts_in(ask: Ask, site: Site, country: str | None) -> CurrencyAsk:
    found = ask.in_currency(site.currency_in(country)) or ask.in_currency(site.currency)
    return found or ask.currencies[0]


def _offered_interval(one: IntervalAsk, site: Site, currency: str) -> OfferedInterval:
    limit = site.limit(currency, one.interval)
    return OfferedInterval(
        interval=one.interval,
        amounts_minor=one.amounts_minor,
        default_minor=one.default_minor,
        minimum_minor=limit.minimum_minor if limit else None,
        maximum_minor=limit.maximum_minor if limit else None,
    )
