"""The request of POST /v1/checkout, sent by the widget or the support page's form, and its response."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from schemas.decide import MAX_PROMPT_TOKEN, MAX_TOKEN
from service.contributions.checkout.form import CheckoutForm
from service.money import Interval

MAX_AMOUNT_CHARACTERS = 16
MAX_MESSAGE_CHARACTERS = 500
_PRINTABLE = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Must have no control characters.")
_LINES = validate.Regexp(
    r"[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f]*\Z", error="Must have no control characters except line breaks."
)


class AmountText(fields.Field[str]):
    """An amount in major units: text as a reader types it (`5`, `5,50`) or a whole JSON number, but no float."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValidationError("Must be text or a whole number.")
        text = str(value).strip()
        if not text or len(text) > MAX_AMOUNT_CHARACTERS:
            raise ValidationError(f"Must be 1 to {MAX_AMOUNT_CHARACTERS} characters.")
        return text


def _token() -> fields.String:
    return fields.String(validate=validate.Length(1, MAX_PROMPT_TOKEN))


def _short(maximum: int) -> fields.String:
    return fields.String(validate=[validate.Length(1, maximum), _PRINTABLE])


class CheckoutSchema(Schema):
    """Start a contribution. Send either token, and either `amount` or `amount_minor`.

    `passport`: the reader's passport if the browser keeps it in local storage, `""` if there is none yet. The response
    returns it with the open checkout.
    """

    prompt_token = _token()
    support_token = _token()
    site = _short(64)
    amount = AmountText(metadata={"type": "string"})
    amount_minor = fields.Integer(strict=True, validate=validate.Range(1, 99_999_999))
    currency = fields.String(validate=validate.Regexp(r"[A-Z]{3}\Z"))
    interval = fields.Enum(Interval, by_value=True, required=True)
    return_url = fields.String(validate=validate.Length(1, 2000))
    page_id = _short(200)
    language = fields.String(validate=validate.Regexp(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"))
    covers_fee = fields.Boolean(load_default=False)
    is_anonymous = fields.Boolean(load_default=False)
    message = fields.String(validate=[validate.Length(0, MAX_MESSAGE_CHARACTERS), _LINES])
    proof = _short(200)
    passport = fields.String(validate=validate.Length(0, MAX_TOKEN))

    @pre_load
    def drop_empty_form_fields(self, data: Any, **_: Any) -> Any:
        """Drop empty fields, because a form sends its fields even if they are empty.

        An empty passport stays: it says that the reader has none yet.
        """
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value != "" or name == "passport"}

    @validates_schema
    def has_one_token_and_one_amount(self, data: dict[str, Any], **_: Any) -> None:
        if ("prompt_token" in data) == ("support_token" in data):
            raise ValidationError("Send prompt_token or support_token, and not both.", "prompt_token")
        if ("amount" in data) == ("amount_minor" in data):
            raise ValidationError("Send amount or amount_minor, and not both.", "amount")

    @post_load
    def make_form(self, data: dict[str, Any], **_: Any) -> CheckoutForm:
        return CheckoutForm(**data)


class CheckoutUrlSchema(Schema):
    """The address of Stripe's hosted page. `passport`: only if the request had one, now with the open checkout."""

    checkout_url = fields.Url(required=True, require_tld=False)
    passport = fields.String()
