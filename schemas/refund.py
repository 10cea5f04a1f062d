"""A refund as finance asks for it and as it stands."""

from marshmallow import Schema, fields, validate

from schemas.checkout import AmountText


class RefundWishSchema(Schema):
    """`key` names the wish: sent again, it is the same refund. Without `amount`, all that is left."""

    charge_id = fields.String(required=True, validate=validate.Regexp(r"(ch|py)_[A-Za-z0-9]{1,250}\Z"))
    key = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{8,100}\Z"))
    amount = AmountText(metadata={"type": "string"})


class RefundSchema(Schema):
    """A refund at Stripe; amounts in minor units of `currency`."""

    id = fields.String()
    status = fields.String()
    charge_id = fields.String(allow_none=True)
    amount_minor = fields.Integer()
    currency = fields.String()
    created_at = fields.AwareDateTime(format="iso")
