"""The YAML document that maps our accounts to an organisation's accounts, for one accounting system."""

import re
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from schemas.document import StrictSchema
from schemas.fields import Text, Word, currency_code
from service.exports.layouts.account_mapping import (
    MAX_TRACKING,
    AccountMapping,
    DateOrder,
    MappedAccount,
    MappingRule,
)
from service.exports.layouts.datev import DatevClient
from service.exports.layouts.translation import Rate
from service.exports.request import Layout

CURRENCY = re.compile("[A-Z]{3}", re.ASCII)
MONTH_AND_DAY = re.compile(r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])\Z")
MAX_RATE = 1_000_000
MAX_TEXT_LENGTH = 150


class TextOrNumber(Text):
    """A line of text, or a whole number, because people write account codes without quotes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MAX_TEXT_LENGTH, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(str(value) if type(value) is int else value, attr, data, **kwargs)
        if len(text.splitlines()) > 1 or "\t" in text:
            raise ValidationError("must be a single line without tabs")
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
    def _value(self, data: dict[str, Any], **_: Any) -> Any:
        return _mapped_account(data)


def _mapped_account(data: dict[str, Any]) -> MappedAccount:
    return MappedAccount(**{**data, "tracking": tuple(data.get("tracking", {}).items())})


class MappedAccounts(fields.Field[dict[str | None, MappedAccount]]):
    """An account for every currency, or an account for each currency, such as `{EUR: {...}, GBP: {...}}`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str | None, MappedAccount]:  # noqa: ARG002
        schema = MappedAccountSchema()
        currencies = [key for key in value if CURRENCY.fullmatch(str(key))] if isinstance(value, dict) else []
        if not currencies:
            return {None: schema.load(value)}
        if len(currencies) < len(value):
            raise ValidationError("has fields beside currencies; give an account for each currency, or one for all")
        accounts, problems = {}, {}
        for currency in currencies:
            try:
                accounts[currency] = schema.load(value[currency])
            except ValidationError as error:
                problems[currency] = error.messages
        if problems:
            raise ValidationError(problems)
        return accounts


class MappingRuleSchema(MappedAccountSchema):
    """Fields for the lines of a site, a campaign, a fund or an account. `*` stands for any characters."""

    site = TextOrNumber(load_default=None)
    campaign = TextOrNumber(load_default=None)
    fund = TextOrNumber(load_default=None)
    account = TextOrNumber(load_default=None)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> MappingRule:
        site, campaign, fund, account = (data.pop(name) for name in ("site", "campaign", "fund", "account"))
        if site is None and campaign is None and fund is None:
            raise ValidationError("names no site, campaign or fund; put what is true of every line into accounts")
        return MappingRule(site, campaign, fund, account, _mapped_account(data))


class RateSchema(StrictSchema):
    """How many units of the home currency one unit of another currency is worth, and who says so."""

    rate = fields.Decimal(required=True, validate=validate.Range(0, MAX_RATE, min_inclusive=False))
    source = TextOrNumber(required=True)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Rate:
        return Rate(**data)


class DatevClientSchema(StrictSchema):
    """Whose books a DATEV file is for, and the account through which its journals go."""

    consultant = fields.Integer(strict=True, required=True, validate=validate.Range(1001, 9_999_999))
    client = fields.Integer(strict=True, required=True, validate=validate.Range(1, 99_999))
    fiscal_year_starts = fields.String(load_default="01-01", validate=validate.Regexp(MONTH_AND_DAY))
    account_length = fields.Integer(strict=True, load_default=4, validate=validate.Range(4, 8))
    clearing = TextOrNumber(required=True)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> DatevClient:
        month, day = map(int, data["fiscal_year_starts"].split("-"))
        return DatevClient(**{**data, "fiscal_year_starts": (month, day)})


class AccountMappingSchema(StrictSchema):
    """A mapping for one layout. `tax` is the default for accounts without a tax of their own; for Sage 50 it is T9.

    Sage 50 reads dates with the day first in every region, so a `date_order` is refused for it. `multicurrency` says
    that a QuickBooks company keeps several currencies.
    """

    layout = Word(Layout, required=True)
    date_order = Word(DateOrder, load_default=None)
    multicurrency = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    tax = TextOrNumber(load_default=None)
    accounts = fields.Dict(keys=TextOrNumber(), values=MappedAccounts(), required=True)
    rules = fields.List(fields.Nested(MappingRuleSchema), load_default=list)
    journal_code = TextOrNumber(load_default="ST")
    journal_name = TextOrNumber(load_default="Stripe")
    datev = fields.Nested(DatevClientSchema, load_default=None)
    rates = fields.Dict(keys=currency_code(), values=fields.Nested(RateSchema), load_default=dict)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> AccountMapping:
        layout = data["layout"]
        if not layout.is_mapped:
            raise ValidationError("this layout does not use your accounts and needs no mapping", "layout")
        if data["date_order"] and layout not in {Layout.XERO, Layout.QUICKBOOKS}:
            words = "Sage 50 always reads the day first" if layout is Layout.SAGE50 else "the layout has one order"
            raise ValidationError(f"means nothing here: {words}", "date_order")
        if data["multicurrency"] and layout is not Layout.QUICKBOOKS:
            raise ValidationError("means nothing here: only QuickBooks has a column for the currency", "multicurrency")
        if (data["datev"] is None) is (layout is Layout.DATEV):
            words = "is missing" if layout is Layout.DATEV else "means nothing here: it is for the layout datev"
            raise ValidationError(words, "datev")
        default = data["tax"] or ("T9" if layout is Layout.SAGE50 else None)
        accounts = {
            (code, currency): account if account.tax else replace(account, tax=default)
            for code, by_currency in data["accounts"].items()
            for currency, account in by_currency.items()
        }
        return AccountMapping(
            layout,
            accounts,
            data["date_order"],
            tuple(data["rules"]),
            data["multicurrency"],
            data["journal_code"],
            data["journal_name"],
            data["datev"],
            data["rates"],
        )
