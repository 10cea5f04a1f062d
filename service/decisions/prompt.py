"""Write the prompt of a chosen campaign: the wording in the reader's language, the amounts, the goal so far."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from msgspec import Struct, structs

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.gate import GateType, Strength
from service.campaigns.reader_rules import ArticleCount, Device
from service.campaigns.variant import (
    Copy,
    CopyDevice,
    Design,
    Placeholder,
    Ticker,
    Variant,
    names_in_braces,
)
from service.decisions.ask_amounts import OfferedAsk, offered_ask
from service.decisions.decision import Choice
from service.decisions.rules.articles import article_count
from service.decisions.rules.goal import raised_minor
from service.decisions.rules.rule import Prepared
from service.decisions.situation import Situation

MAX_OFFERS = 1024  # when a campaign has this many kept, all are dropped
_PHONES = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")


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


class Prompt(Struct, frozen=True, gc=False):
    """A prompt as the reader sees it.

    `is_counted`: it counts in the results of its experiment. `is_shared`: all readers of the same language, device and
    country get the same prompt.
    """

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
    is_shared: bool = False


def prompt_of(choice: Choice, situation: Situation) -> Prompt:
    """Return everything the widget needs to show a chosen campaign.

    The parts that readers of the same language, device and country have in common are written once and kept.
    """
    offers, visit, assigned = choice.prepared.offers, situation.visit, choice.assigned
    of_reader = (visit.language, visit.device, visit.country)
    kind = (assigned.variant.key, assigned.is_counted, choice.strength, of_reader)
    prompt: Prompt | None = offers.get(kind)
    if prompt is None:
        if len(offers) >= MAX_OFFERS:
            offers.clear()
        prompt = offers[kind] = _written(choice, situation)
    return prompt if prompt.is_shared else _filled(prompt, choice, situation)


def _written(choice: Choice, situation: Situation) -> Prompt:
    """Return the prompt with its placeholders and without the ticker, as readers of the same kind share it."""
    campaign, variant = choice.prepared.campaign, choice.assigned.variant
    gate, copy = campaign.gate, _copy_for(variant, situation)
    return Prompt(
        campaign=campaign.key,
        variant=variant.key,
        kind=campaign.kind,
        placement=campaign.placement,
        copy=copy,
        ask=offered_ask(variant, situation.site, situation.visit.country),
        design=variant.design,
        ticker=None,
        gate=OfferedGate(gate.gate_type, choice.strength) if gate and choice.strength else None,
        is_dismissible=choice.is_dismissible,
        is_counted=choice.assigned.is_counted,
        is_shared=variant.ticker is None and not names_in_braces(copy),
    )


def _filled(prompt: Prompt, choice: Choice, situation: Situation) -> Prompt:
    copy = filled_copy(choice.prepared, prompt.copy, situation)
    ticker = offered_ticker(choice.prepared.campaign, choice.assigned.variant.ticker, situation)
    return structs.replace(prompt, copy=copy, ticker=ticker)


def filled_copy(prepared: Prepared, copy: Copy, situation: Situation) -> Copy:
    """Return a wording with its placeholders filled. An unknown placeholder stays as it is."""
    words = _words(prepared, situation)

    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text) if "{" in text else text

    names = ("heading", "subheading", "highlight", "button", "footnote")
    texts: dict[str, Any] = {name: fill(text) for name in names if (text := getattr(copy, name)) is not None}
    return replace(copy, paragraphs=tuple(map(fill, copy.paragraphs)), **texts)


def offered_ticker(campaign: Campaign, ticker: Ticker | None, situation: Situation) -> OfferedTicker | None:
    if ticker is None:
        return None
    label = next((label.text for label in ticker.labels if label.language == _language(situation)), None)
    return OfferedTicker(
        label=label or (ticker.labels[0].text if ticker.labels else ""),
        goal_minor=ticker.goal_minor,
        raised_minor=raised_minor(campaign, ticker, situation),
        currency=ticker.currency,
        ends_on=ticker.ends_on,
    )


def _copy_for(variant: Variant, situation: Situation) -> Copy:
    language = situation.visit.language or ""
    wanted = (language, language.split("-")[0], situation.site.default_language)
    in_language = next(
        (found for key in wanted if (found := [copy for copy in variant.copies if copy.language == key])),
        [copy for copy in variant.copies if copy.language == variant.copies[0].language],
    )
    device = CopyDevice.SMALL if situation.visit.device in _PHONES else CopyDevice.ANY
    return next((copy for copy in in_language if copy.device is device), in_language[0])


def _words(prepared: Prepared, situation: Situation) -> dict[str, str]:
    rule, topics = prepared.counts[0] if prepared.counts else (ArticleCount(), None)
    words = {
        Placeholder.ARTICLE_COUNT.value: str(article_count(ArticleCount(), None, situation)),
        Placeholder.ARTICLE_COUNT_IN_WINDOW.value: str(article_count(rule, topics, situation)),
        Placeholder.SITE_NAME.value: situation.site.name,
    }
    ends = prepared.campaign.schedule.ends
    if ends is not None:
        words[Placeholder.DAYS_LEFT.value] = str(max(0, ends.day.toordinal() - situation.now.day))
    return words


def _language(situation: Situation) -> str:
    return (situation.visit.language or situation.site.default_language).split("-")[0]
