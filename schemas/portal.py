"""The request of POST /v1/portal: ask for a link to manage a contribution, or use one."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema


@dataclass(frozen=True, slots=True)
class PortalForm:
    """A request for a link (`site` and `email`), or the use of a link (`token`) to manage a `contribution`."""

    site: str | None = None
    email: str | None = None
    token: str | None = None
    contribution: str | None = None


class PortalSchema(Schema):
    """Send `site` and `email` to get a link by mail, or the `token` of a mailed link to open the portal.

    `contribution` with a `token` says which contribution to manage. Without it the one that needs it most is opened.
    """

    site = fields.String(validate=validate.Length(1, 64))
    email = fields.Email(validate=validate.Length(max=254))
    token = fields.String(validate=validate.Length(1, 1000))
    contribution = fields.String(validate=validate.Length(1, 64))

    @validates_schema
    def asks_for_a_link_or_uses_one(self, data: dict[str, Any], **_: Any) -> None:
        if ("token" in data) == ("email" in data) or ("email" in data) != ("site" in data):
            raise ValidationError("Send site and email, or only a token.", "email")
        if "contribution" in data and "token" not in data:
            raise ValidationError("Send a contribution only with a token.", "contribution")

    @post_load
    def make_form(self, data: dict[str, Any], **_: Any) -> PortalForm:
        return PortalForm(**data)
