"""What publishing a draft would change: differences in words, and the instant that was typed."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

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
        errors["day"] = f"“{day[:40]}” is not a day. Write it like {now.astimezone(zone).date().isoformat()}."
    try:
        at = time.fromisoformat(clock.strip().zfill(5))
    except ValueError:
        errors["time"] = f"“{clock[:40]}” is not a time of day. Write it like 18:00."
    if errors:
        return ChosenInstant(None, errors)
    instant = datetime.combine(on, at.replace(tzinfo=None), zone)
    if not now < instant < now.replace(year=now.year + 10):
        words = "This time is over already. Choose a later one, or publish now."
        return ChosenInstant(None, {"day": words if instant <= now else "This day is too far away."})
    return ChosenInstant(instant, {})
