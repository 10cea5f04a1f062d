"""Write an answer as JSON. A test compares the names with the contract in `schemas/decide.py`."""

from functools import lru_cache
from typing import Any

from msgspec import json

from service.decisions.decide_view import Answer
from service.decisions.decision import Access, Trace
from service.readers.site_time import as_datetime


def answer_json(answer: Answer) -> bytes:
    """Return an answer as JSON. `passport` is null unless the page keeps the passport (local mode)."""
    passport = f'"{answer.passport}"' if answer.is_local and answer.passport is not None else "null"
    trace = f',"trace":{json.encode(trace_body(answer.decision.traces)).decode()}' if answer.explains else ""
    first = (
        f'{{"decision_id":"{answer.decision_id}","access":{_access_text(answer.decision.access)},"reader":'
        f'{{"article_count":{answer.article_count},"supporter":"{answer.supporter}"}},"passport":{passport}{trace},'
    )
    if not answer.prompts:
        return f'{first}"prompts":[]}}'.encode()
    parts, before = list[bytes](), f'{first}"prompts":['
    for place, prompt in enumerate(answer.prompts):
        parts += (f'{before}{{"prompt_token":"{place}{answer.seal}",'.encode(), prompt.fields)
        before = ","
    return b"".join((*parts, b"]}"))


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
