"""What publishing a draft would change: differences in words, and the instant that was typed."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.campaigns.documents import load_campaign
from service.campaigns.schedule import starts_at
from service.campaigns.store import DocumentVersion, find_version
from service.campaigns.words.in_words import DifferenceInWords, differences_in_words
from service.console.screens.campaigns.editor.opened import Opened


@dataclass(frozen=True, slots=True)
class ChosenInstant:
    """When to publish: now (`at` None) or at an instant. `errors`: sentences by field."""

    at: datetime | None
    errors: dict[str, str]


def version_in_force(connection: Connection, document: Opened) -> DocumentVersion | None:
    """Return the version that readers see now, or None."""
    state = document.state
    if state is None or state.published_version is None:
        return None
    return find_version(connection, state.kind, state.key, state.published_version)


def changes_of_draft(published: DocumentVersion | None, document: Opened) -> tuple[DifferenceInWords, ...]:
    """Return what differs between the version that readers see now and the draft, as it would be published."""
    if published is None:
        return ()
    content = document.content
    if content.get("status") == "draft":
        content = {**content, "status": "live"}
    return differences_in_words(document.shape, published.content, content)


def chosen_instant(when: str, typed: tuple[str, str], zone: ZoneInfo, now: datetime) -> ChosenInstant:
    """Return the instant that was typed as a day and a time on the site's clock.

    A time that the clocks skip moves with them. `when` is `now` or `later`.
    """
    if when != "later":
        return ChosenInstant(None, {})
    day, clock = typed
    errors: dict[str, str] = {}
    try:
        on = date.fromisoformat(day.strip())
    except ValueError:
        errors["day"] = _wrong(day, "day", now.astimezone(zone).date().isoformat())
    try:
        at = time.fromisoformat(clock.strip().zfill(5))
    except ValueError:
        errors["time"] = _wrong(clock, "time of day", "18:00")
    if errors:
        return ChosenInstant(None, errors)
    instant = datetime.combine(on, at.replace(tzinfo=None), zone)
    if not now < instant < now.replace(year=now.year + 10):
        words = "This time is over already. Choose a later one, or publish now."
        return ChosenInstant(None, {"day": words if instant <= now else "This day is too far away."})
    return ChosenInstant(instant, {})


def first_shown(document: Opened, now: datetime) -> datetime | None:
    """Return when readers see a campaign first if it is published now. None: at once, or it is no campaign."""
    if not document.is_campaign or document.errors or document.unreadable:
        return None
    zone, schedule = ZoneInfo(document.site.timezone), load_campaign(document.content).schedule
    begins_at = starts_at(schedule.starts, zone) if schedule.starts else now
    return begins_at.astimezone(zone) if begins_at > now else None


def _wrong(text: str, what: str, example: str) -> str:
    if not text.strip():
        return f"The {what} is missing. Write it like {example}."
    return f"“{text[:40]}” is not a {what}. Write it like {example}."
