"""Schemas for refunds: the request of finance, and the refund that was made."""

from marshmallow import Schema, fields, validate

from schemas.checkout import AmountText


class RefundWishSchema(Schema):
    """A refund that finance asks for.

    A repeat with the same `key` returns the same refund. Without `amount`, all that is left is refunded.
    """

    charge_id = fields.String(required=True, validate=validate.Regexp(r"(ch|py)_[A-Za-z0-9]{1,250}\Z"))
    key = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{8,100}\Z"))
    amount = AmountText(metadata={"type": "string"})


class RefundSchema(Schema):
    """A refund at Stripe. Amounts are in minor units of `currency`."""

    id = fields.String()
    status = fields.String()
    charge_id = fields.String(allow_none=True)
    amount_minor = fields.Integer()
    currency = fields.String()
    created_at = fields.AwareDateTime(format="iso")
