"""Write an answer as JSON. A test compares the names with the contract in `schemas/decide.py`."""

from functools import lru_cache
from typing import Any

from msgspec import json

from service.decisions.ask_amounts import OfferedAsk
from service.decisions.decide_view import Answer, Offered
from service.decisions.decision import Access, Trace
from service.decisions.prompt import OfferedTicker, Prompt
from service.readers.site_time import as_datetime

MAX_TEXTS = 4096  # when this many texts are kept, all are dropped
_texts: dict[int, tuple[Prompt, str]] = {}  # by identity; keeping the prompt here keeps its identity in use


def answer_body(answer: Answer) -> dict[str, Any]:
    """Return the body of an answer. `passport` is null unless the page keeps the passport (local mode)."""
    body: dict[str, Any] = {
        "decision_id": answer.decision_id,
        "prompts": [{**prompt_body(offered.prompt), "prompt_token": offered.token} for offered in answer.prompts],
        "access": access_body(answer.decision.access),
        "reader": {"article_count": answer.article_count, "supporter": answer.supporter.value},
        "passport": answer.passport if answer.is_local else None,
    }
    if answer.explains:
        body["trace"] = trace_body(answer.decision.traces)
    return body


def answer_text(answer: Answer) -> str:
    """Return `answer_body` as JSON, without traces. The text of a prompt that many readers share is kept."""
    prompts = ",".join(map(_prompt_text, answer.prompts)) if answer.prompts else ""
    passport = f'"{answer.passport}"' if answer.is_local and answer.passport is not None else "null"
    return (
        f'{{"decision_id":"{answer.decision_id}","prompts":[{prompts}],"access":{_access_text(answer.decision.access)},'
        f'"reader":{{"article_count":{answer.article_count},"supporter":"{answer.supporter}"}},"passport":{passport}}}'
    )


def _prompt_text(offered: Offered) -> str:
    prompt, token = offered.prompt, offered.token
    if not prompt.is_shared:
        return f'{_beginning(prompt)}{token}"}}'
    known = _texts.get(id(prompt))
    if known is None or known[0] is not prompt:
        if len(_texts) >= MAX_TEXTS:
            _texts.clear()
        known = _texts[id(prompt)] = (prompt, _beginning(prompt))
    return f'{known[1]}{token}"}}'


def _beginning(prompt: Prompt) -> str:
    """Return the text of a prompt up to its token."""
    return f'{json.encode(prompt_body(prompt)).decode()[:-1]},"prompt_token":"'


@lru_cache(maxsize=1024)
def _access_text(access: Access) -> str:
    return json.encode(access_body(access)).decode()


def access_body(access: Access) -> dict[str, Any]:
    return {
        "state": access.state.value,
        "used": access.used,
        "allowance": access.allowance,
        "resets_at": instant_text(access.resets_at),
    }


def trace_body(traces: tuple[Trace, ...]) -> list[dict[str, Any]]:
    """Return an entry per campaign, in the order asked: its outcome, its rules, and when it could show next."""
    return [
        {
            "campaign": trace.campaign,
            "outcome": trace.outcome.value,
            "blocked_by": trace.blocked_by,
            "next_at": instant_text(trace.next_at),
            "rules": [
                {
                    "rule": reason.rule,
                    "passed": reason.verdict.passed,
                    "value": reason.verdict.value,
                    "limit": reason.verdict.limit,
                    "passes_at": instant_text(reason.verdict.passes_at if not reason.verdict.passed else None),
                    "note": reason.verdict.note,
                }
                for reason in trace.reasons
            ],
        }
        for trace in traces
    ]


def instant_text(instant: int | None) -> str | None:
    return None if instant is None else as_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def prompt_body(prompt: Prompt) -> dict[str, Any]:
    copy = prompt.copy
    return {
        "placement": prompt.placement.value,
        "kind": prompt.kind.value,
        "campaign": prompt.campaign,
        "variant": prompt.variant,
        "copy": {
            "language": copy.language,
            "heading": copy.heading,
            "subheading": copy.subheading,
            "paragraphs": list(copy.paragraphs),
            "highlight": copy.highlight,
            "button": copy.button,
            "footnote": copy.footnote,
        },
        "ask": _ask(prompt.ask),
        "design": _design(prompt),
        "ticker": _ticker(prompt.ticker),
        "gate": {"type": prompt.gate.gate_type.value, "strength": prompt.gate.strength.value} if prompt.gate else None,
        "is_dismissible": prompt.is_dismissible,
    }


def _ask(ask: OfferedAsk) -> dict[str, Any]:
    return {
        "currency": ask.currency,
        "exponent": ask.exponent,
        "default_interval": ask.default_interval.value,
        "can_cover_fee": ask.can_cover_fee,
        "allows_own_amount": ask.allows_own_amount,
        "intervals": [
            {
                "interval": offered.interval.value,
                "amounts_minor": list(offered.amounts_minor),
                "default_minor": offered.default_minor,
                "minimum_minor": offered.minimum_minor,
                "maximum_minor": offered.maximum_minor,
            }
            for offered in ask.intervals
        ],
    }


def _design(prompt: Prompt) -> dict[str, str]:
    """Return the colours that the campaign sets. The widget has defaults for the others."""
    design = prompt.design
    tokens = {
        "accent": design.accent,
        "accent_text": design.accent_text,
        "background": design.background,
        "text": design.text,
    }
    return {name: value for name, value in tokens.items() if value is not None}


def _ticker(ticker: OfferedTicker | None) -> dict[str, Any] | None:
    if ticker is None:
        return None
    return {
        "label": ticker.label,
        "goal_minor": ticker.goal_minor,
        "raised_minor": ticker.raised_minor,
        "currency": ticker.currency,
        "ends_on": ticker.ends_on.isoformat() if ticker.ends_on else None,
    }
