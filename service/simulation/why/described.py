"""Turn the fields in which a person describes a page view and its reader into a question.

The description becomes a simulation document, so that its fields obey the rules of simulation files and their errors
have the same words.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from service.campaigns.campaign import Campaign, Kind
from service.errors import InvalidDocumentError
from service.simulation.file import load_simulation
from service.simulation.simulation import ViewStep
from service.simulation.why.explanation import Question

ARTICLE_DAYS = 28
MOST_ARTICLES = 500
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "page_id": "", "page_type": "article", "section": "", "tags": "", "access": "metered", "flags": "", "at": "",
        "placements": "",
        "articles": "5", "topics": "", "asked_campaign": "", "asked_times": "1", "asked_at": "", "closed_at": "",
        "supporter": "none", "supporter_since": "", "country": "", "consent": "full", "signed_in": "",
        "device": "desktop", "language": "", "referrer": "", "bucket": "",
    }
)  # fmt: skip
FLAGS = ("is_sensitive", "is_paid_content", "hide_appeals")
# The field to which a problem of the document belongs, by the start of the problem. The longest start counts.
_FIELDS = {
    "steps 1, at": "at",
    "steps 1, view, page_id": "page_id",
    "steps 1, view, page_type": "page_type",
    "steps 1, view, section": "section",
    "steps 1, view, tags": "tags",
    "steps 1, view, access": "access",
    "steps 1, view, placements": "placements",
    "reader, articles": "topics",
    "reader, impressions": "asked_at",
    "reader, dismissals": "closed_at",
    "reader, supporter": "supporter_since",
    "reader, country": "country",
    "reader, consent": "consent",
    "reader, device": "device",
    "reader, language": "language",
    "reader, referrer": "referrer",
    "reader, bucket": "bucket",
}


class DescriptionError(InvalidDocumentError):
    """Fields that cannot be read. `fields`: a sentence for each, by its name."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(tuple(fields.values()))
        self.fields = fields


def described(written: Mapping[str, str], site: str, campaigns: Mapping[str, Campaign], now: datetime) -> Question:
    """Return the question in the fields, about a site given by its key.

    `now`: the time on the site's clock, which counts if the fields name none.

    Raise DescriptionError, which names every field that cannot be read.
    """
    fields = {**DEFAULTS, **{name: text.strip() for name, text in written.items() if name in DEFAULTS}}
    errors: dict[str, str] = {}
    numbers = {
        name: _number(fields, name, most, errors)
        for name, most in (("articles", MOST_ARTICLES), ("asked_times", 30), ("bucket", 999_999))
    }
    if fields["asked_campaign"] and fields["asked_campaign"] not in campaigns:
        errors["asked_campaign"] = "This campaign is not live. Choose one of the list."
    elif fields["asked_campaign"] and not fields["asked_at"]:
        errors["asked_at"] = "Write when the reader saw it."
    elif fields["closed_at"] and not fields["asked_campaign"]:
        errors["asked_campaign"] = "Choose what the reader closed."
    try:
        simulation = load_simulation({"site": site, **_document(fields, numbers, now, campaigns)})
    except InvalidDocumentError as error:
        errors = {**_by_field(error.problems), **errors}
    if errors:
        raise DescriptionError(errors)
    step = simulation.steps[0]
    if not isinstance(step, ViewStep):
        raise TypeError("a description has a page view")
    return Question(step, simulation.reader)


def _document(
    fields: Mapping[str, str], numbers: Mapping[str, int], now: datetime, campaigns: Mapping[str, Campaign]
) -> dict[str, Any]:
    at = fields["at"] or now.isoformat()
    days = _reading_days(numbers["articles"], _time(at) or now)
    reader: dict[str, Any] = {
        "bucket": numbers["bucket"],
        "articles": [{"on": day.date().isoformat(), "topics": _list(fields["topics"])} for day in days],
        "signed_in": bool(fields["signed_in"]),
        "supporter": {"state": fields["supporter"], "at": fields["supporter_since"] or None},
        **{name: fields[name] for name in ("country", "consent", "device", "language", "referrer") if fields[name]},
    }
    named = fields["asked_campaign"]
    if named in campaigns:
        reader["impressions"] = [{"campaign": named, "at": _before(fields["asked_at"], numbers["asked_times"])}]
        if fields["closed_at"]:
            reader["dismissals"] = [{"campaign": named, "at": fields["closed_at"]}]
    gates = [campaign.key for campaign in campaigns.values() if campaign.kind is Kind.GATE]
    reader["free_articles"] = [
        {"gate": gate, "at": day.isoformat(), "pages": [f"/read-before-{number}"]}
        for gate in gates
        for number, day in enumerate(days)
    ]
    known = [{"key": key} for key in dict.fromkeys([*gates, *([named] if named in campaigns else [])])]
    return {"campaigns": known, "reader": reader, "steps": [{"at": at, "view": _view(fields)}]}


def _view(fields: Mapping[str, str]) -> dict[str, Any]:
    return {
        "page_id": fields["page_id"] or "/an-article",
        "page_type": fields["page_type"],
        "section": fields["section"] or None,
        "tags": _list(fields["tags"]),
        "access": fields["access"],
        **({"placements": _list(fields["placements"])} if fields["placements"] else {}),
        **{flag: True for flag in FLAGS if flag in fields["flags"].split(",")},
    }


def _reading_days(articles: int, at: datetime) -> list[datetime]:
    """Return a time for each article that was read before, spread evenly over the days before the page view."""
    step = ARTICLE_DAYS / max(1, articles)
    return [at - timedelta(days=1 + int(number * step)) for number in reversed(range(articles))]


def _before(last: str, times: int) -> list[str]:
    """Return the time of the last impression, and of one on each day before it."""
    at = _time(last)
    return [last] if at is None else [(at - timedelta(days=days)).isoformat() for days in range(times)]


def _number(fields: Mapping[str, str], name: str, most: int, errors: dict[str, str]) -> int:
    text = fields[name] or "0"
    if text.isascii() and text.isdigit() and int(text) <= most:
        return int(text)
    errors[name] = f"Write a whole number from 0 to {most:,}."
    return 0


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _by_field(problems: Iterable[str]) -> dict[str, str]:
    """Return the problems of a document by the field that they belong to."""
    found: dict[str, str] = {}
    for problem in problems:
        path, _, words = problem.partition(": ")
        starts = [start for start in _FIELDS if path.startswith(start)]
        name = _FIELDS[max(starts, key=len)] if starts else "page_id"
        found.setdefault(name, f"This {words.partition(' (line')[0]}.")
    return found
