"""The document that maps our accounts to an organisation's own, for one accounting system."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from schemas.document import StrictSchema
from schemas.fields import Text, Word
from service.exports.account_mapping import AccountMapping, DateOrder, MappedAccount
from service.exports.export import Layout

MAX_TRACKING = 2
MAX_WORDS_LENGTH = 150


class Written(Text):
    """Text, or a whole number where people write an account code without quotes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MAX_WORDS_LENGTH, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(str(value) if type(value) is int else value, attr, data, **kwargs)


class MappedAccountSchema(StrictSchema):
    """One account in the organisation's books."""

    code = Written()
    name = Written()
    tax = Written()
    department = Written()
    party = Written()
    location = Written()
    account_class = Written(data_key="class")
    tracking = fields.Dict(
        keys=Written(),
        values=Written(),
        validate=validate.Length(max=MAX_TRACKING, error=f"at most {MAX_TRACKING} tracking categories"),
    )

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> MappedAccount:
        return MappedAccount(**{**data, "tracking": tuple(data.get("tracking", {}).items())})


class AccountMappingSchema(StrictSchema):
    """A mapping for one layout. `tax` is the default for accounts that name none of their own."""

    layout = Word(Layout, required=True)
    date_order = Word(DateOrder, load_default=DateOrder.MONTH_FIRST)
    tax = Written(load_default=None)
    accounts = fields.Dict(keys=Written(), values=fields.Nested(MappedAccountSchema), required=True)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> AccountMapping:
        if not data["layout"].is_mapped:
            raise ValidationError("this layout names no accounts of yours and needs no mapping", "layout")
        default = data["tax"] or ("T9" if data["layout"] is Layout.SAGE50 else None)
        accounts = {
            code: account if account.tax else _taxed(account, default) for code, account in data["accounts"].items()
        }
        return AccountMapping(data["layout"], accounts, data["date_order"])


def _taxed(account: MappedAccount, tax: str | None) -> MappedAccount:
    return MappedAccount(
        account.code,
        account.name,
        tax,
        account.department,
        account.party,
        account.location,
        account.account_class,
        account.tracking,
    )
