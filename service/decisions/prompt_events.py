"""Record in the reader's passport what the widget reports about a prompt."""

from dataclasses import dataclass
from datetime import datetime

from service.decisions.prompt_token import PromptToken, open_prompt_token, prompt_sealer
from service.errors import InvalidTokenError
from service.readers.impressions import PromptEvent, arm_fingerprint, campaign_fingerprint, record_event, record_once
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import RequestContext


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
    """An event of a prompt after it was recorded. `is_new`: it was not reported before, so it counts."""

    token: PromptToken
    passport: str | None
    is_local: bool
    is_new: bool


def record_prompt_event(
    sealer: PassportSealer, report: EventReport, context: RequestContext, now: datetime
) -> RecordedEvent:
    """Record an event of a prompt, once. Raise InvalidTokenError if the token is forged, expired or of another site."""
    instant = int(now.timestamp())
    token = open_prompt_token(prompt_sealer(sealer.keys), report.prompt_token, instant)
    if token.site != report.site:
        raise InvalidTokenError("this prompt token belongs to another site")
    is_local = report.passport is not None
    text = report.passport if is_local else context.cookie
    if token.is_preview or not token.has_consent or not text:
        return RecordedEvent(token, None, is_local, is_new=not token.is_preview)
    reader = sealer.open(text, report.site, instant)
    if reader is None:
        return RecordedEvent(token, None, is_local, is_new=True)
    recorded = record_once(reader, f"{report.event}:{report.event_id}:{token.decision_id}:{token.campaign}")
    if recorded is None:
        return RecordedEvent(token, text, is_local, is_new=False)
    campaign = campaign_fingerprint(token.campaign)
    variant = arm_fingerprint(token.variant, is_counted=token.is_counted)
    after = record_event(recorded, report.event, campaign, variant, instant)
    return RecordedEvent(token, sealer.seal(after, report.site, instant), is_local, is_new=True)
