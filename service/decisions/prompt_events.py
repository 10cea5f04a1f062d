"""Record in the reader's passport what the widget reports about a prompt."""

from dataclasses import dataclass
from datetime import datetime

from service.decisions.prompt_token import PromptToken, open_prompt_token, prompt_sealer
from service.decisions.tally import ReportedEvent, Tally, reported_event
from service.errors import InvalidTokenError
from service.readers.additions import EventAddition, added, event_print
from service.readers.fingerprints import holds
from service.readers.impressions import PromptEvent, arm_fingerprint, campaign_fingerprint
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import RequestContext
from service.readers.passports.passport_notes import NO_CHANGES, NoteChanges, note_of, with_notes
from service.readers.reader import Reader


@dataclass(frozen=True, slots=True)
class EventReport:
    """A report of the widget: what a reader did with a prompt."""

    site: str
    prompt_token: str
    event: PromptEvent
    event_id: str
    passport: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event of a prompt after it was recorded. `counts_as`: what it counts as, or None if it was reported before.

    `passport` None: nothing changes in the browser. `notes`: what changes in the cookies beside the passport.
    """

    token: PromptToken
    passport: str | None
    is_local: bool
    counts_as: ReportedEvent | None
    notes: NoteChanges = NO_CHANGES


def record_prompt_event(
    sealer: PassportSealer, tally: Tally, report: EventReport, context: RequestContext, now: datetime
) -> RecordedEvent:
    """Record an event of a prompt. An event is one thing that happened to one prompt, whatever ids its reports carry.

    Raise InvalidTokenError if the token is forged, expired or of another site.
    """
    instant = int(now.timestamp())
    token = open_prompt_token(prompt_sealer(sealer.keys), report.prompt_token, instant)
    if token.site != report.site:
        raise InvalidTokenError("this prompt token belongs to another site")
    is_local = report.passport is not None
    if token.is_preview:
        return RecordedEvent(token, None, is_local, counts_as=None)
    event_id = event_id_of(report.event, token)
    reported = reported_event(event_id, token.issued_at)
    first = reported if tally.is_first(reported) else None
    text = report.passport if is_local else context.cookie
    held = sealer.open(text, report.site, instant) if text else None
    if not token.has_consent or held is None:
        return RecordedEvent(token, None, is_local, counts_as=first)
    notes = () if is_local else context.notes
    noted, dropped = with_notes(sealer.keys, report.site, held, notes, instant)
    reader = noted or held
    request = event_print(reader, event_id)
    if holds(reader.recent, request) or (first is None and _is_recorded(reader, report.event, token)):
        return RecordedEvent(token, report.passport, is_local, counts_as=None)
    shown = token.prompt
    variant = arm_fingerprint(shown.variant, is_counted=shown.is_counted)
    addition = EventAddition(request, report.event, campaign_fingerprint(shown.campaign), variant, instant)
    changes = NO_CHANGES
    if not is_local:
        changes = NoteChanges(note_of(sealer.keys, report.site, reader, addition, instant), dropped)
    passport = sealer.seal(added(reader, addition, instant), report.site, instant)
    return RecordedEvent(token, passport, is_local, first, changes)


def event_id_of(event: PromptEvent, token: PromptToken) -> str:
    """Return the id of an event: what happened, and to which prompt of which decision."""
    return f"{event}:{token.decision_id}:{token.prompt.campaign}"


def _is_recorded(reader: Reader, event: PromptEvent, token: PromptToken) -> bool:
    """Return True if the passport has such an event of the campaign since the prompt was shown.

    Asked only about events that were reported before: their answer may have been lost, and then the passport has none.
    """
    record = reader.prompt_record(campaign_fingerprint(token.prompt.campaign))
    match event:
        case PromptEvent.SEEN:
            return any(at >= token.issued_at for at in record.seen_at)
        case PromptEvent.DISMISSED:
            return record.dismissed_at >= token.issued_at
        case PromptEvent.CLICKED:
            return True
