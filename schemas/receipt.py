"""The request and response of POST /v1/receipt, for passports in the browser's local storage."""

from marshmallow import Schema, fields, validate

from schemas.decide import MAX_TOKEN

MAX_RECEIPT_CHARACTERS = 400


class ReceiptSchema(Schema):
    """The receipt from the link back, and the passport to add its contribution to (empty if there is none yet)."""

    site = fields.String(required=True, validate=validate.Length(1, 64))
    receipt = fields.String(required=True, validate=validate.Length(1, MAX_RECEIPT_CHARACTERS))
    passport = fields.String(load_default="", validate=validate.Length(0, MAX_TOKEN))


class ThankedSchema(Schema):
    """The passport with the contribution."""

    passport = fields.String(required=True)
