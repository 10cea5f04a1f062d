"""The `gate` and `meter` parts of a campaign."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from schemas.campaigns.reader_rules import Country
from schemas.document import ShortSchema, StrictSchema
from schemas.fields import Flag, Folded, Members, OneOrMany, Whole, Word
from service.campaigns.gate import Allowance, Gate, GateType, Mandatory, Meter, Period, Pool, Strength
from service.campaigns.page_rules import PageMatch, PageType


class MandatorySchema(ShortSchema):
    alone = "dismissals"

    dismissals = Whole(required=True)
    countries = Members(Country(), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Mandatory:
        return Mandatory(data["dismissals"], data["countries"])


class GateSchema(ShortSchema):
    """What the gate asks for, and whether it can be closed."""

    alone = "type"

    type = Word(GateType, load_default=GateType.PAYMENT)
    strength = Word(Strength, load_default=Strength.HARD)
    mandatory_after = OneOrMany(fields.Nested(MandatorySchema), most=50, load_default=())

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Gate:
        if data["mandatory_after"] and data["strength"] is Strength.HARD:
            raise ValidationError("only a soft gate can become mandatory; a hard one already is", "mandatory_after")
        return Gate(data["type"], data["strength"], data["mandatory_after"])


class AllowanceSchema(StrictSchema):
    """Free articles per period. 0 is a wall."""

    allowance = Whole(most=10_000, required=True)
    period = Word(Period, load_default=Period.MONTH)
    days = Whole(least=1, most=90, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Allowance:
        is_rolling = data["period"] is Period.ROLLING
        if is_rolling and data["days"] is None:
            raise ValidationError("is missing: how long is the rolling period?", "days")
        if not is_rolling and data["days"] is not None:
            raise ValidationError("only belongs to period: rolling", "days")
        return Allowance(data["allowance"], data["period"], data["days"])


class FreePagesSchema(StrictSchema):
    types = Members(Word(PageType), load_default=frozenset)
    sections = Members(Folded(), load_default=frozenset)
    tags = Members(Folded(), load_default=frozenset)
    pages = Members(Folded(), load_default=frozenset)


class MeterSchema(StrictSchema):
    """Free articles before the gate, per audience."""

    is_on = Flag(load_default=True)
    anonymous = fields.Nested(AllowanceSchema, load_default=None)
    unverified = fields.Nested(AllowanceSchema, load_default=None)
    registered = fields.Nested(AllowanceSchema, load_default=None)
    pool = Word(Pool, load_default=Pool.SHARED)
    audiences_share = Flag(load_default=False)
    does_not_spend = fields.Nested(FreePagesSchema, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Meter:
        free = data.pop("does_not_spend") or dict.fromkeys(("types", "sections", "tags", "pages"), frozenset())
        has_pages = free["sections"] or free["tags"] or free["pages"]
        pages = PageMatch(free["sections"], free["tags"], free["pages"]) if has_pages else None
        return Meter(free_types=free["types"], free_pages=pages, **data)
