"""Write the prompt of a chosen campaign: the wording in the reader's language, the amounts, the goal so far."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from msgspec import Struct, json

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import ArticleCount, Device
from service.campaigns.site import Site
from service.campaigns.variant import Copy, Placeholder, Ticker
from service.decisions.ask_amounts import offered_ask
from service.decisions.decision import Choice
from service.decisions.prompt_token import ShownPrompt
from service.decisions.rules.articles import article_count
from service.decisions.rules.goal import raised_minor
from service.decisions.rules.rule import Prepared, Wording
from service.decisions.situation import Situation

_PHONES = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})
_PLACEHOLDER = re.compile(rb"\{(%b)\}" % "|".join(Placeholder).encode())


class Prompt(Struct, frozen=True, gc=False):
    """A prompt as the reader sees it, as JSON in the words of the contract, and what tokens and counts say of it."""

    shown: ShownPrompt
    json: bytes


class WrittenPrompt(Struct, frozen=True, gc=False):
    """A prompt for readers of a kind. `pieces`: its JSON, cut where the words for a reader belong; `words`: these."""

    shown: ShownPrompt
    pieces: tuple[bytes, ...]
    words: tuple[Placeholder, ...]


def prompts_of(choices: Sequence[Choice], situation: Situation) -> list[Prompt]:
    """Return everything the widget needs to show the chosen campaigns.

    A prompt is written once for each variant, wording, currency and strength, and kept. So what is kept depends on the
    campaigns, not on what requests send.
    """
    visit, site, prompts = situation.visit, situation.site, list[Prompt]()
    language, is_phone = visit.language or "", visit.device in _PHONES
    amounts = site.currency_in(visit.country), visit.country in site.one_off_only_countries
    for choice in choices:
        prepared, variant, is_counted = choice.prepared, choice.assigned.variant, choice.assigned.is_counted
        wordings = prepared.wordings[variant.key]
        copy = (wordings.get(language) or _other_wording(wordings, language, site))[is_phone]
        label = _label(variant.ticker, language or site.default_language) if variant.ticker else ""
        kind = (variant.key, is_counted, copy.language, copy.device, choice.strength, label, amounts)
        written: WrittenPrompt | None = prepared.prompts.get(kind)
        if written is None:
            written = prepared.prompts[kind] = _written(choice, copy, label, situation)
        whole = _filled(written, prepared, situation) if written.words else written.pieces[0]
        prompts.append(Prompt(written.shown, whole))
    return prompts


def _other_wording(wordings: Mapping[str, Wording], language: str, site: Site) -> Wording:
    """Return the wording in a language without its region, or else in the site's language, or the first."""
    found = wordings.get(language.partition("-")[0]) or wordings.get(site.default_language)
    return found or next(iter(wordings.values()))


def _label(ticker: Ticker, language: str) -> str:
    """Return the words beside a ticker in a language without its region, or else the first, or none."""
    texts = {label.language: label.text for label in reversed(ticker.labels)}
    return texts.get(language.partition("-")[0]) or (ticker.labels[0].text if ticker.labels else "")


def _written(choice: Choice, copy: Copy, label: str, situation: Situation) -> WrittenPrompt:
    campaign, variant, strength = choice.prepared.campaign, choice.assigned.variant, choice.strength
    ask = offered_ask(variant, situation.site, situation.visit.country)
    shown = ShownPrompt(
        campaign.key, variant.key, campaign.placement, campaign.kind, ask.currency, choice.assigned.is_counted
    )
    texts = asdict(copy)
    del texts["device"]
    body = {
        "placement": campaign.placement,
        "kind": campaign.kind,
        "campaign": campaign.key,
        "variant": variant.key,
        "ask": ask,
        "design": {name: colour for name, colour in asdict(variant.design).items() if colour is not None},
        "ticker": _ticker_body(campaign, variant.ticker, label, situation) if variant.ticker else None,
        "gate": {"type": campaign.gate.gate_type, "strength": strength} if campaign.gate and strength else None,
        "is_dismissible": choice.is_dismissible,
    }
    first, *rest = _PLACEHOLDER.split(json.encode(texts))
    pieces, words = [b'{"copy":' + first, *rest[1::2]], tuple(Placeholder(word.decode()) for word in rest[::2])
    pieces[-1] += b"," + json.encode(body)[1:]
    return WrittenPrompt(shown, tuple(pieces), words)


def _ticker_body(campaign: Campaign, ticker: Ticker, label: str, situation: Situation) -> dict[str, Any]:
    return {
        "label": label,
        "goal_minor": ticker.goal_minor,
        "raised_minor": raised_minor(campaign, ticker, situation),
        "currency": ticker.currency,
        "ends_on": ticker.ends_on,
    }


def _filled(written: WrittenPrompt, prepared: Prepared, situation: Situation) -> bytes:
    """Return the JSON with its placeholders filled. A word that is not known stays as it is."""
    parts = [written.pieces[0]]
    for name, piece in zip(written.words, written.pieces[1:], strict=True):
        parts += (_WORDS[name](prepared, situation).encode(), piece)
    return b"".join(parts)


def _articles_in_window(prepared: Prepared, situation: Situation) -> str:
    rule, topics = prepared.counts[0] if prepared.counts else (ArticleCount(), None)
    return str(article_count(rule, topics, situation))


def _days_left(prepared: Prepared, situation: Situation) -> str:
    ends = prepared.campaign.schedule.ends
    return "{days_left}" if ends is None else str(max(0, ends.day.toordinal() - situation.now.day))


_WORDS: Mapping[Placeholder, Callable[[Prepared, Situation], str]] = {
    Placeholder.ARTICLE_COUNT: lambda _, situation: str(article_count(ArticleCount(), None, situation)),
    Placeholder.ARTICLE_COUNT_IN_WINDOW: _articles_in_window,
    Placeholder.SITE_NAME: lambda _, situation: json.encode(situation.site.name)[1:-1].decode(),
    Placeholder.DAYS_LEFT: _days_left,
}
