"""The query and response of GET /v1/insights/<site>: counts of prompts per day and variant, and what they earned."""

from datetime import date, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from schemas.document import StrictSchema
from schemas.fields import Key
from schemas.times import Day

MAX_DAYS = 92


class InsightQuerySchema(StrictSchema):
    """The first and last local day, both included, and optionally a campaign."""

    from_on: fields.Field[date] = Day(data_key="from", required=True)
    to_on: fields.Field[date] = Day(data_key="to", required=True)
    campaign = Key(load_default=None)

    @validates_schema
    def has_valid_days(self, data: dict[str, Any], **_: Any) -> None:
        if not timedelta(0) <= data["to_on"] - data["from_on"] < timedelta(days=MAX_DAYS):
            raise ValidationError(f"must not be before `from`, and at most {MAX_DAYS - 1} days after it", "to")


class EarningsSchema(Schema):
    """The income in one currency from all payments so far, in minor units. `net_minor` is paid less refunded."""

    currency = fields.String(required=True)
    paid = fields.Integer(required=True)
    paid_minor = fields.Integer(required=True)
    refunded_minor = fields.Integer(required=True)
    net_minor = fields.Integer(required=True)


class DayOfVariantSchema(Schema):
    """The counts of a variant on a local day.

    `is_counted`: whether the line is about readers who take part in the experiment; all others have a line of their
    own. `paid`: contributions first paid on that day and not refunded in full.
    """

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
    """All lines, sorted by day, campaign and variant."""

    counts = fields.List(fields.Nested(DayOfVariantSchema), required=True)
