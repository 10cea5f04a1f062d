"""Asking for a link to manage a contribution, and using it."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema


@dataclass(frozen=True, slots=True)
class PortalForm:
    """`site` and `email` ask for a link; `token` uses one."""

    site: str | None = None
    email: str | None = None
    token: str | None = None


class PortalSchema(Schema):
    """`site` and `email`, or the `token` of a link that was mailed."""

    site = fields.String(validate=validate.Length(1, 64))
    email = fields.Email(validate=validate.Length(max=254))
    token = fields.String(validate=validate.Length(1, 1000))

    @validates_schema
    def is_one_or_the_other(self, data: dict[str, Any], **_: Any) -> None:
        if ("token" in data) == ("email" in data) or ("email" in data) != ("site" in data):
            raise ValidationError("Send site and email, or a token.", "email")

    @post_load
    def make_form(self, data: dict[str, Any], **_: Any) -> PortalForm:
        return PortalForm(**data)
