"""Write the prompt of a chosen campaign: the wording in the reader's language, the amounts, the goal so far."""

import re
from dataclasses import asdict
from datetime import date
from functools import cached_property
from typing import Any

from msgspec import Struct, field, json
from msgspec.structs import replace

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.gate import GateType, Strength
from service.campaigns.reader_rules import ArticleCount, Device
from service.campaigns.variant import Copy, Placeholder, Ticker, names_in_braces
from service.decisions.ask_amounts import OfferedAsk, offered_ask
from service.decisions.decision import Choice
from service.decisions.rules.articles import article_count
from service.decisions.rules.goal import raised_minor
from service.decisions.rules.rule import Prepared
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


class KeptPrompt(Struct, frozen=True, gc=False):
    """A prompt as readers of a kind share it. `is_whole` False: it lacks what depends on the reader and on time."""

    prompt: Prompt
    is_whole: bool


def prompt_of(choice: Choice, situation: Situation) -> Prompt:
    """Return everything the widget needs to show a chosen campaign.

    What readers of a kind share is written once and kept. Their number is that of the wordings, currencies and
    strengths of the campaign, whatever requests send.
    """
    prepared, variant = choice.prepared, choice.assigned.variant.key
    site, country = situation.site, situation.visit.country
    copy = _copy_for(prepared, variant, situation)
    amounts = site.currency_in(country), country in site.one_off_only_countries
    kind = (variant, copy.language, copy.device, choice.strength, amounts)
    kept: KeptPrompt | None = prepared.prompts.get(kind)
    if kept is None:
        kept = prepared.prompts[kind] = _kept(choice, copy, situation)
    return kept.prompt if kept.is_whole else _filled(kept.prompt, choice, situation)


def _kept(choice: Choice, copy: Copy, situation: Situation) -> KeptPrompt:
    """Return the prompt with its placeholders and without the ticker."""
    campaign, variant = choice.prepared.campaign, choice.assigned.variant
    gate = campaign.gate
    prompt = Prompt(
        placement=campaign.placement,
        kind=campaign.kind,
        campaign=campaign.key,
        variant=variant.key,
        copy=OfferedCopy(
            copy.language,
            copy.heading,
            copy.subheading,
            copy.paragraphs,
            copy.highlight,
            copy.button,
            copy.footnote,
        ),
        ask=offered_ask(variant, situation.site, situation.visit.country),
        design={name: colour for name, colour in asdict(variant.design).items() if colour is not None},
        ticker=None,
        gate=OfferedGate(gate.gate_type, choice.strength) if gate and choice.strength else None,
        is_dismissible=choice.is_dismissible,
    )
    return KeptPrompt(prompt, is_whole=variant.ticker is None and not names_in_braces(copy))


def _filled(prompt: Prompt, choice: Choice, situation: Situation) -> Prompt:
    copy = filled_copy(choice.prepared, prompt.copy, situation)
    ticker = offered_ticker(choice.prepared.campaign, choice.assigned.variant.ticker, situation)
    return replace(prompt, copy=copy, ticker=ticker)


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


def _copy_for(prepared: Prepared, variant: str, situation: Situation) -> Copy:
    """Return the wording in the reader's language or else the site's, and for the reader's screen."""
    wordings, language = prepared.wordings[variant], situation.visit.language or ""
    found = (
        wordings.get(language)
        or wordings.get(language.partition("-")[0])
        or wordings.get(situation.site.default_language)
        or next(iter(wordings.values()))
    )
    return found[situation.visit.device in _PHONES]


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
