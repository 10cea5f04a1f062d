"""Batches of the journal over HTTP: the order for a new one, and what was made."""

from typing import Any

from marshmallow import fields, post_load

from schemas.document import StrictSchema
from schemas.fields import Word, currency_code
from schemas.times import Day
from service.exports.batches.batch import BatchOrder
from service.exports.request import Granularity, Layout


class ExportBatchOrderSchema(StrictSchema):
    """What a new batch is for. `to` is the last accounting date that it takes; without it, it takes every entry."""

    layout = Word(Layout, required=True)
    granularity = Word(Granularity, load_default=Granularity.TRANSACTION)
    currency = currency_code(load_default=None)
    through_on = Day(data_key="to", load_default=None)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> BatchOrder:
        return BatchOrder(**data)


class ExportBatchSchema(StrictSchema):
    """A batch as it was made. `entries` is the number of ledger entries in it."""

    number = fields.Integer()
    layout = fields.String(attribute="order.layout.value")
    granularity = fields.String(attribute="order.granularity.value")
    currency = fields.String(attribute="order.currency", allow_none=True)
    through_on = fields.Date(attribute="order.through_on", data_key="to", allow_none=True)
    as_of = fields.Integer()
    entry_count = fields.Integer(data_key="entries")
    created_by = fields.String()
    created_at = fields.AwareDateTime(format="iso")


class ExportBatchesSchema(StrictSchema):
    """The newest batches first."""

    batches = fields.List(fields.Nested(ExportBatchSchema))
