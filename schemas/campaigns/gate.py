"""Schemas of the `gate` and `meter` parts of a campaign."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from schemas.campaigns.reader_rules import Country
from schemas.document import ShortSchema, StrictSchema
from schemas.fields import Flag, Folded, FoldedPage, FoldedPath, Members, OneOrMany, Whole, Word
from service.campaigns.gate import Allowance, Gate, GateType, Mandatory, Meter, Period, Pool, Strength
from service.campaigns.page_rules import EVERYWHERE, PageMatch, PageType


class MandatorySchema(ShortSchema):
    """The number of dismissals after which a soft gate turns hard. Short form: the number alone."""

    alone = "dismissals"

    dismissals = Whole(required=True)
    countries = Members(Country(), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Mandatory:
        return Mandatory(data["dismissals"], data["countries"])


class GateSchema(ShortSchema):
    """What a gate asks for, and whether it can be closed. Short form: the type alone."""

    alone = "type"

    type = Word(GateType, load_default=GateType.PAYMENT)
    strength = Word(Strength, load_default=Strength.HARD)
    mandatory_after = OneOrMany(fields.Nested(MandatorySchema), most=50, load_default=())

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Gate:
        if data["mandatory_after"] and data["strength"] is Strength.HARD:
            words = "is only for a soft gate, because a hard gate cannot be dismissed; remove it"
            raise ValidationError(words, "mandatory_after")
        return Gate(data["type"], data["strength"], data["mandatory_after"])


class AllowanceSchema(StrictSchema):
    """The number of free articles per period. With 0 no article is free."""

    allowance = Whole(most=10_000, required=True)
    period = Word(Period, load_default=Period.MONTH)
    days = Whole(least=1, most=90, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Allowance:
        is_rolling = data["period"] is Period.ROLLING
        if is_rolling and data["days"] is None:
            raise ValidationError("is missing; give the length of the rolling period", "days")
        if not is_rolling and data["days"] is not None:
            raise ValidationError("is only for period: rolling; remove it", "days")
        return Allowance(data["allowance"], data["period"], data["days"])


class FreePagesSchema(StrictSchema):
    """Pages that are always open and are not counted by the meter."""

    types = Members(Word(PageType), load_default=frozenset)
    sections = Members(Folded(), load_default=frozenset)
    tags = Members(Folded(), load_default=frozenset)
    pages = Members(FoldedPage(), load_default=frozenset)
    paths = Members(FoldedPath(), load_default=frozenset)


class MeterSchema(StrictSchema):
    """The free articles before a gate, for each audience."""

    is_on = Flag(load_default=True)
    anonymous = fields.Nested(AllowanceSchema, load_default=None)
    unverified = fields.Nested(AllowanceSchema, load_default=None)
    registered = fields.Nested(AllowanceSchema, load_default=None)
    pool = Word(Pool, load_default=Pool.SHARED)
    audiences_share = Flag(load_default=False)
    does_not_spend = fields.Nested(FreePagesSchema, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Meter:
        lists = ("sections", "tags", "pages", "paths")
        free = data.pop("does_not_spend") or dict.fromkeys(("types", *lists), frozenset())
        pages = PageMatch(*(free[name] for name in lists))
        return Meter(free_types=free["types"], free_pages=pages if pages != EVERYWHERE else None, **data)
