"""POST /v1/previews: make a signed link that shows a campaign, for a limited time, to everyone who opens it."""

from typing import Any

from marshmallow import fields, post_load

from schemas.document import StrictSchema
from schemas.fields import Flag, Key, Whole
from service.decisions.preview import MAX_PREVIEW_SECONDS, PreviewRequest


class PreviewSchema(StrictSchema):
    """The campaign, the variant and the minutes of the link. `draft`: the newest saved version, published or not."""

    site = Key(required=True)
    campaign = Key(required=True)
    variant = Key(load_default="")
    draft = Flag(load_default=True)
    minutes = Whole(least=1, most=MAX_PREVIEW_SECONDS // 60, load_default=60)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PreviewRequest:
        return PreviewRequest(data["site"], data["campaign"], data["variant"], data["draft"], data["minutes"] * 60)


class PreviewLinkSchema(StrictSchema):
    """A preview link. Append `query` to the address of any page of the site that has the widget."""

    preview = fields.String(required=True)
    query = fields.String(required=True)
    expires_at = fields.String(required=True)
