"""Write the prompt of a chosen campaign: the wording in the reader's language, the amounts, the goal so far."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cached_property
from typing import Any

from msgspec import Struct, field, json
from msgspec.structs import replace

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.gate import GateType, Strength
from service.campaigns.reader_rules import ArticleCount, Device
from service.campaigns.site import Site
from service.campaigns.variant import Copy, Placeholder, Ticker, names_in_braces
from service.decisions.ask_amounts import OfferedAsk, offered_ask
from service.decisions.decision import Choice
from service.decisions.prompt_token import ShownPrompt
from service.decisions.rules.articles import article_count
from service.decisions.rules.goal import raised_minor
from service.decisions.rules.rule import Prepared, Wording
from service.decisions.situation import Situation

_PHONES = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")


class OfferedCopy(Struct, frozen=True, gc=False):
    language: str
    heading: str
    subheading: str | None
    paragraphs: tuple[str, ...]
    highlight: str | None
    button: str
    footnote: str | None


class OfferedTicker(Struct, frozen=True, gc=False):
    label: str
    goal_minor: int
    raised_minor: int
    currency: str
    ends_on: date | None


class OfferedGate(Struct, frozen=True, gc=False):
    gate_type: GateType = field(name="type")
    strength: Strength


class Prompt(Struct, frozen=True, dict=True):
    """A prompt as the reader sees it, in the fields of the contract. `design`: the colours that the campaign sets."""

    placement: Placement
    kind: Kind
    campaign: str
    variant: str
    copy: OfferedCopy
    ask: OfferedAsk
    design: dict[str, str]
    ticker: OfferedTicker | None
    gate: OfferedGate | None
    is_dismissible: bool

    @cached_property
    def text(self) -> str:
        """The prompt as JSON."""
        return json.encode(self).decode()


class Offer(Struct, frozen=True, gc=False):
    """A prompt to show. `is_whole` False: it lacks what depends on the reader and on time."""

    prompt: Prompt
    shown: ShownPrompt
    is_whole: bool = True


def offers_of(choices: Sequence[Choice], situation: Situation) -> list[Offer]:
    """Return everything the widget needs to show the chosen campaigns.

    What readers share is written once and kept: for each variant in each wording, currency and strength. So what is
    kept depends on the campaigns, not on what requests send.
    """
    visit, site, offers = situation.visit, situation.site, list[Offer]()
    language, is_phone = visit.language or "", visit.device in _PHONES
    amounts = site.currency_in(visit.country), visit.country in site.one_off_only_countries
    for choice in choices:
        prepared, assigned = choice.prepared, choice.assigned
        wordings = prepared.wordings[assigned.variant.key]
        copy = (wordings.get(language) or _other_wording(wordings, language, site))[is_phone]
        kind = (assigned.variant.key, assigned.is_counted, copy.language, copy.device, choice.strength, amounts)
        offer: Offer | None = prepared.offers.get(kind)
        if offer is None:
            offer = prepared.offers[kind] = _kept(choice, copy, situation)
        offers.append(offer if offer.is_whole else _filled(offer, choice, situation))
    return offers


def _other_wording(wordings: Mapping[str, Wording], language: str, site: Site) -> Wording:
    """Return the wording in a language without its region, or else in the site's language, or the first."""
    found = wordings.get(language.partition("-")[0]) or wordings.get(site.default_language)
    return found or next(iter(wordings.values()))


def _kept(choice: Choice, copy: Copy, situation: Situation) -> Offer:
    """Return the prompt with its placeholders and without the ticker."""
    campaign, variant, strength = choice.prepared.campaign, choice.assigned.variant, choice.strength
    ask = offered_ask(variant, situation.site, situation.visit.country)
    prompt = Prompt(
        placement=campaign.placement,
        kind=campaign.kind,
        campaign=campaign.key,
        variant=variant.key,
        copy=OfferedCopy(**{name: getattr(copy, name) for name in OfferedCopy.__struct_fields__}),
        ask=ask,
        design={name: colour for name, colour in asdict(variant.design).items() if colour is not None},
        ticker=None,
        gate=OfferedGate(campaign.gate.gate_type, strength) if campaign.gate and strength else None,
        is_dismissible=choice.is_dismissible,
    )
    is_counted = choice.assigned.is_counted
    shown = ShownPrompt(campaign.key, variant.key, campaign.placement, campaign.kind, ask.currency, is_counted)
    return Offer(prompt, shown, is_whole=variant.ticker is None and not names_in_braces(copy))


def _filled(offer: Offer, choice: Choice, situation: Situation) -> Offer:
    copy = filled_copy(choice.prepared, offer.prompt.copy, situation)
    ticker = offered_ticker(choice.prepared.campaign, choice.assigned.variant.ticker, situation)
    return Offer(replace(offer.prompt, copy=copy, ticker=ticker), offer.shown)


def filled_copy(prepared: Prepared, copy: OfferedCopy, situation: Situation) -> OfferedCopy:
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
