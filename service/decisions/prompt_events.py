"""Record what happened to a prompt in the reader's passport."""

from dataclasses import dataclass
from datetime import datetime

from service.decisions.prompt_token import PromptToken, open_prompt_token, prompt_sealer
from service.errors import InvalidTokenError
from service.readers.impressions import PromptEvent, arm_fingerprint, campaign_fingerprint, record_event, record_once
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import RequestContext


@dataclass(frozen=True, slots=True)
class EventNote:
    """What a reader did with a prompt, as the widget tells it."""

    site: str
    prompt_token: str
    event: PromptEvent
    event_id: str
    passport: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """`is_new`: not told before, and to be counted."""

    token: PromptToken
    passport: str | None
    is_local: bool
    is_new: bool


def note_event(sealer: PassportSealer, note: EventNote, context: RequestContext, now: datetime) -> Noted:
    """Record what happened to a prompt, once. Raises InvalidTokenError for a token not ours or of another site."""
    instant = int(now.timestamp())
    token = open_prompt_token(prompt_sealer(sealer.keys), note.prompt_token, instant)
    if token.site != note.site:
        raise InvalidTokenError("this prompt token belongs to another site")
    is_local = note.passport is not None
    text = note.passport if is_local else context.cookie
    if token.is_preview or not token.has_consent or not text:
        return Noted(token, None, is_local, is_new=not token.is_preview)
    reader = sealer.open(text, note.site, instant)
    if reader is None:
        return Noted(token, None, is_local, is_new=True)
    told = record_once(reader, f"{note.event}:{note.event_id}:{token.decision_id}:{token.campaign}")
    if told is None:
        return Noted(token, text, is_local, is_new=False)
    campaign, variant = (
        campaign_fingerprint(token.campaign),
        arm_fingerprint(token.variant, is_counted=token.is_counted),
    )
    after = record_event(told, note.event, campaign, variant, instant)
    return Noted(token, sealer.seal(after, note.site, instant), is_local, is_new=True)
