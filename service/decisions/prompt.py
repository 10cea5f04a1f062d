"""Write the prompt of a chosen campaign: the wording in the reader's language, the amounts, the goal so far."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from msgspec import Struct, json

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import ArticleCount, Device
from service.campaigns.variant import Copy, CopyDevice, Placeholder, Ticker, Variant
from service.decisions.ask_amounts import offered_ask
from service.decisions.decision import Choice
from service.decisions.prompt_token import ShownPrompt
from service.decisions.rules.articles import article_count
from service.decisions.rules.goal import raised_minor
from service.decisions.rules.rule import Prepared
from service.decisions.situation import Situation

_PHONES = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})
_PLACEHOLDER = re.compile(rb"\{(%b)\}" % "|".join(Placeholder).encode())


class Prompt(Struct, frozen=True, gc=False):
    """A prompt as the reader sees it, and what tokens and counts say of it.

    `fields`: a JSON object in the words of the contract, without its opening brace and the prompt token. `unfilled`:
    words for the reader that follow the fields, each with what comes after it.
    """

    shown: ShownPrompt
    fields: bytes
    unfilled: tuple[tuple[Placeholder, bytes], ...] = ()

    def body(self) -> dict[str, Any]:
        """Return the fields as an object."""
        return json.decode(b"{" + self.fields, type=dict[str, Any])


def prompts_of(choices: Sequence[Choice], situation: Situation) -> list[Prompt]:
    """Return everything the widget needs to show the chosen campaigns.

    A prompt is written once for each variant, language, kind of screen, currency and strength, and kept. What is kept
    depends on the campaigns, not on what requests send: all languages in which a campaign says nothing are one.
    """
    visit, site, prompts = situation.visit, situation.site, list[Prompt]()
    language, is_phone = visit.language or "", visit.device in _PHONES
    amounts = site.currency_in(visit.country), visit.country in site.one_off_only_countries
    for choice in choices:
        prepared, assigned = choice.prepared, choice.assigned
        known = language if language in prepared.languages else _without_region(language, prepared)
        kind = (assigned.variant.key, assigned.is_counted, choice.strength, known, is_phone, amounts)
        prompt: Prompt | None = prepared.prompts.get(kind)
        if prompt is None:
            prompt = prepared.prompts[kind] = _written(choice, situation)
        prompts.append(_filled(prompt, prepared, situation) if prompt.unfilled else prompt)
    return prompts


def _without_region(language: str, prepared: Prepared) -> str | None:
    """Return the language without its region, or None if the campaign says nothing in it either."""
    found = language.partition("-")[0]
    return found if found in prepared.languages else None


def _written(choice: Choice, situation: Situation) -> Prompt:
    campaign, variant, strength = choice.prepared.campaign, choice.assigned.variant, choice.strength
    ask = offered_ask(variant, situation.site, situation.visit.country)
    is_counted = choice.assigned.is_counted
    shown = ShownPrompt(
        campaign.key, variant.key, campaign.placement.value, campaign.kind.value, ask.currency, is_counted
    )
    texts = asdict(_copy_for(variant, situation))
    del texts["device"]
    body = {
        "placement": campaign.placement,
        "kind": campaign.kind,
        "campaign": campaign.key,
        "variant": variant.key,
        "ask": ask,
        "design": {name: colour for name, colour in asdict(variant.design).items() if colour is not None},
        "ticker": _ticker_body(campaign, variant.ticker, situation) if variant.ticker else None,
        "gate": {"type": campaign.gate.gate_type, "strength": strength} if campaign.gate and strength else None,
        "is_dismissible": choice.is_dismissible,
    }
    *pieces, last = _PLACEHOLDER.split(b'"copy":' + json.encode(texts))
    first, *rest = (*pieces, last + b"," + json.encode(body)[1:])
    words = [Placeholder(word.decode()) for word in rest[::2]]
    return Prompt(shown, first, tuple(zip(words, rest[1::2], strict=True)))


def _copy_for(variant: Variant, situation: Situation) -> Copy:
    """Return the wording in the reader's language, or else the site's, and for the reader's screen."""
    language = situation.visit.language or ""
    wanted = (language, language.split("-")[0], situation.site.default_language)
    in_language = next(
        (found for key in wanted if (found := [copy for copy in variant.copies if copy.language == key])),
        [copy for copy in variant.copies if copy.language == variant.copies[0].language],
    )
    device = CopyDevice.SMALL if situation.visit.device in _PHONES else CopyDevice.ANY
    return next((copy for copy in in_language if copy.device is device), in_language[0])


def _ticker_body(campaign: Campaign, ticker: Ticker, situation: Situation) -> dict[str, Any]:
    language = (situation.visit.language or situation.site.default_language).split("-")[0]
    label = next((label.text for label in ticker.labels if label.language == language), None)
    return {
        "label": label or (ticker.labels[0].text if ticker.labels else ""),
        "goal_minor": ticker.goal_minor,
        "raised_minor": raised_minor(campaign, ticker, situation),
        "currency": ticker.currency,
        "ends_on": ticker.ends_on,
    }


def _filled(prompt: Prompt, prepared: Prepared, situation: Situation) -> Prompt:
    """Return the prompt with its placeholders filled. A word that is not known stays as it is."""
    parts = [prompt.fields]
    for word, rest in prompt.unfilled:
        parts += (_WORDS[word](prepared, situation).encode(), rest)
    return Prompt(prompt.shown, b"".join(parts))


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
