"""GET /v1/insights/<site>: which days, how often prompts were met on them, and what they brought in."""

from datetime import date, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from schemas.document import StrictSchema
from schemas.fields import Key
from schemas.times import Day

MAX_DAYS = 92


class InsightQuerySchema(StrictSchema):
    """Local days of the site, both included; one campaign or all."""

    from_on: fields.Field[date] = Day(data_key="from", required=True)
    to_on: fields.Field[date] = Day(data_key="to", required=True)
    campaign = Key(load_default=None)

    @validates_schema
    def few_days(self, data: dict[str, Any], **_: Any) -> None:
        if not timedelta(0) <= data["to_on"] - data["from_on"] < timedelta(days=MAX_DAYS):
            raise ValidationError(f"must be the first day or later, and within {MAX_DAYS} days", "to")


class EarningsSchema(Schema):
    """Contributions of one currency, in minor units: all their payments so far, and what was given back of them."""

    currency = fields.String(required=True)
    paid = fields.Integer(required=True)
    paid_minor = fields.Integer(required=True)
    refunded_minor = fields.Integer(required=True)
    net_minor = fields.Integer(required=True)


class DayOfVariantSchema(Schema):
    """`is_counted`: readers who take part in the experiment; the others stand apart. `paid`: contributions first paid
    on that day and not given back in full."""

    day = fields.Date(required=True)
    campaign = fields.String(required=True)
    variant = fields.String(required=True)
    is_counted = fields.Boolean(required=True)
    shown = fields.Integer(required=True)
    seen = fields.Integer(required=True)
    dismissed = fields.Integer(required=True)
    clicked = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    earned = fields.List(fields.Nested(EarningsSchema), required=True)


class InsightSchema(Schema):
    counts = fields.List(fields.Nested(DayOfVariantSchema), required=True)
