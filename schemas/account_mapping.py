"""The YAML document that maps our accounts to an organisation's accounts, for one accounting system."""

from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from schemas.document import StrictSchema
from schemas.fields import Text, Word
from service.exports.layouts.account_mapping import AccountMapping, DateOrder, MappedAccount
from service.exports.request import Layout

MAX_TRACKING = 2
MAX_TEXT_LENGTH = 150


class TextOrNumber(Text):
    """A line of text, or a whole number, because people write account codes without quotes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MAX_TEXT_LENGTH, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(str(value) if type(value) is int else value, attr, data, **kwargs)
        if len(text.splitlines()) > 1:
            raise ValidationError("must be a single line")
        return text


class MappedAccountSchema(StrictSchema):
    """An account in the organisation's books."""

    code = TextOrNumber()
    name = TextOrNumber()
    tax = TextOrNumber()
    department = TextOrNumber()
    party = TextOrNumber()
    location = TextOrNumber()
    account_class = TextOrNumber(data_key="class")
    tracking = fields.Dict(
        keys=TextOrNumber(),
        values=TextOrNumber(),
        validate=validate.Length(max=MAX_TRACKING, error=f"at most {MAX_TRACKING} tracking categories"),
    )

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> MappedAccount:
        return MappedAccount(**{**data, "tracking": tuple(data.get("tracking", {}).items())})


class AccountMappingSchema(StrictSchema):
    """A mapping for one layout. `tax` is the default for accounts without a tax of their own; for Sage 50 it is T9.

    Sage 50 reads dates with the day first in every region, so a `date_order` is refused for it.
    """

    layout = Word(Layout, required=True)
    date_order = Word(DateOrder, load_default=None)
    tax = TextOrNumber(load_default=None)
    accounts = fields.Dict(keys=TextOrNumber(), values=fields.Nested(MappedAccountSchema), required=True)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> AccountMapping:
        if not data["layout"].is_mapped:
            raise ValidationError("this layout does not use your accounts and needs no mapping", "layout")
        if data["date_order"] and data["layout"] is Layout.SAGE50:
            raise ValidationError("means nothing here: Sage 50 always reads the day first", "date_order")
        default = data["tax"] or ("T9" if data["layout"] is Layout.SAGE50 else None)
        accounts = {
            code: account if account.tax else replace(account, tax=default)
            for code, account in data["accounts"].items()
        }
        return AccountMapping(data["layout"], accounts, data["date_order"])
