"""POST /v1/events: a report of what a reader did with a prompt."""

from typing import Any

from marshmallow import fields, post_load

from schemas.decide import MAX_ID, MAX_PROMPT_TOKEN, MAX_TOKEN, BoundedText
from schemas.document import StrictSchema
from schemas.fields import Key, Word
from service.decisions.prompt_events import EventReport
from service.readers.impressions import PromptEvent


class EventSchema(StrictSchema):
    """What happened to a prompt. A report with an `event_id` that was reported before changes nothing."""

    site = Key(required=True)
    prompt_token = BoundedText(MAX_PROMPT_TOKEN, required=True)
    event = Word(PromptEvent, required=True)
    event_id = BoundedText(MAX_ID, required=True)
    passport = BoundedText(MAX_TOKEN, least=0, load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> EventReport:
        return EventReport(**data)


class EventAnswerSchema(StrictSchema):
    passport = fields.String(required=True, allow_none=True)
