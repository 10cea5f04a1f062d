"""A receipt handed in by the widget for a passport that lies in the browser's own storage."""

from marshmallow import Schema, fields, validate

from schemas.decide import MAX_TOKEN

MAX_RECEIPT_CHARACTERS = 400


class ReceiptSchema(Schema):
    """`passport` empty: the reader has none yet."""

    site = fields.String(required=True, validate=validate.Length(1, 64))
    receipt = fields.String(required=True, validate=validate.Length(1, MAX_RECEIPT_CHARACTERS))
    passport = fields.String(load_default="", validate=validate.Length(0, MAX_TOKEN))


class ThankedSchema(Schema):
    """The passport, which knows of the gift."""

    passport = fields.String(required=True)
