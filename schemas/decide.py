"""POST /v1/decide: the body that a page sends, and the answer."""

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load

from schemas.document import StrictSchema
from schemas.fields import (
    MAX_PAGE_ID_LENGTH,
    Flag,
    Folded,
    Key,
    LanguageTag,
    OneOrMany,
    Word,
    country_code,
    refuse_control,
)
from service.campaigns.campaign import Kind, Placement
from service.campaigns.gate import GateType, Strength
from service.campaigns.page_rules import PageAccess, PageType, plain_page_id
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.decisions.decision import AccessState
from service.decisions.view import ViewRequest, view_request
from service.money import Interval

MAX_TAGS = 50
MAX_ID = 128
MAX_REFERRER = 500
MAX_TOKEN = 2048
MAX_PROMPT_TOKEN = 4096  # it holds the id of the page, in UTF-8
_PLAIN_PAGE_ID = re.compile(r"[!-$&->@-~]{0,499}[!-$&-.0->@-~]")  # ASCII without %, ? and spaces; no slash at the end


class BoundedText(fields.String):
    """Text of `least` to `most` characters, kept as it was sent."""

    def __init__(self, most: int, *, least: int = 1, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(metadata={"minLength": least, "maxLength": most}, **kwargs)

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not self.least <= len(value) <= self.most:
            raise ValidationError(f"must be {self.least} to {self.most} characters")
        return value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return self.read(value)


class PageId(BoundedText):
    """A page id, without control characters, because a contribution made on the page stores it.

    Escapes are read and a slash at the end is cut off, so that every spelling of an address is one page.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MAX_PAGE_ID_LENGTH, **kwargs)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and _PLAIN_PAGE_ID.fullmatch(value):
            return value
        page_id = super().read(plain_page_id(value) if isinstance(value, str) else value)
        if not page_id.isprintable():
            refuse_control(page_id)
        return page_id


class DecideSchema(StrictSchema):
    """A page view: facts about the page, and what the page knows about its reader."""

    site = Key(required=True)
    view_id = BoundedText(MAX_ID, required=True)
    page_id = PageId(required=True)
    page_type = Word(PageType, load_default=PageType.ARTICLE)
    section = Folded(load_default=None, allow_none=True)
    tags = OneOrMany(Folded(), most=MAX_TAGS, load_default=())
    is_sensitive = Flag(load_default=False)
    is_paid_content = Flag(load_default=False)
    hide_appeals = Flag(load_default=False)
    access = Word(PageAccess, load_default=PageAccess.METERED)
    placements = OneOrMany(Word(Placement), most=2 * len(Placement), load_default=tuple(Placement))
    consent = Word(Consent, load_default=None)
    language = LanguageTag(load_default=None, allow_none=True)
    device = Word(Device, load_default=None, allow_none=True)
    referrer = BoundedText(MAX_REFERRER, least=0, load_default=None, allow_none=True)
    country = country_code(load_default=None, allow_none=True)
    passport = BoundedText(MAX_TOKEN, least=0, load_default=None, allow_none=True)
    reader_assertion = BoundedText(MAX_TOKEN, least=0, load_default=None, allow_none=True)
    preview = BoundedText(MAX_TOKEN, least=0, load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ViewRequest:
        return view_request(data)


class CopySchema(StrictSchema):
    language = fields.String(required=True)
    heading = fields.String(required=True)
    subheading = fields.String(required=True, allow_none=True)
    paragraphs = fields.List(fields.String(), required=True)
    highlight = fields.String(required=True, allow_none=True)
    button = fields.String(required=True)
    footnote = fields.String(required=True, allow_none=True)


class OfferedIntervalSchema(StrictSchema):
    """The suggested amounts of an interval, in minor units of the ask's currency."""

    interval = Word(Interval, required=True)
    amounts_minor = fields.List(fields.Integer(), required=True)
    default_minor = fields.Integer(required=True, allow_none=True)
    minimum_minor = fields.Integer(required=True, allow_none=True)
    maximum_minor = fields.Integer(required=True, allow_none=True)


class OfferedAskSchema(StrictSchema):
    currency = fields.String(required=True)
    exponent = fields.Integer(required=True)
    default_interval = Word(Interval, required=True)
    can_cover_fee = fields.Boolean(required=True)
    allows_own_amount = fields.Boolean(required=True)
    intervals = fields.List(fields.Nested(OfferedIntervalSchema), required=True)


class TickerSchema(StrictSchema):
    label = fields.String(required=True)
    goal_minor = fields.Integer(required=True)
    raised_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class OfferedGateSchema(StrictSchema):
    type = Word(GateType, required=True)
    strength = Word(Strength, required=True)


class PromptSchema(StrictSchema):
    """A prompt to show, in the reader's language and currency."""

    placement = Word(Placement, required=True)
    kind = Word(Kind, required=True)
    campaign = fields.String(required=True)
    variant = fields.String(required=True)
    copy = fields.Nested(CopySchema, required=True)
    ask = fields.Nested(OfferedAskSchema, required=True)
    design = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    ticker = fields.Nested(TickerSchema, required=True, allow_none=True)
    gate = fields.Nested(OfferedGateSchema, required=True, allow_none=True)
    is_dismissible = fields.Boolean(required=True)
    prompt_token = fields.String(required=True)


class AccessSchema(StrictSchema):
    """Whether the article may be read. The counts are null if no meter applies."""

    state = Word(AccessState, required=True)
    used = fields.Integer(required=True, allow_none=True)
    allowance = fields.Integer(required=True, allow_none=True)
    resets_at = fields.DateTime(required=True, allow_none=True)


class ReaderSchema(StrictSchema):
    article_count = fields.Integer(required=True)
    supporter = Word(SupporterState, required=True)


class DecisionSchema(StrictSchema):
    """The answer: the prompts to show, the access to the article, and the passport in local mode."""

    decision_id = fields.String(required=True)
    prompts = fields.List(fields.Nested(PromptSchema), required=True)
    access = fields.Nested(AccessSchema, required=True)
    reader = fields.Nested(ReaderSchema, required=True)
    passport = fields.String(required=True, allow_none=True)
    trace = fields.List(fields.Dict(), metadata={"description": "Only for a signed preview."})
