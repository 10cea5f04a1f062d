"""POST /v1/article-counting: a reader's choice whether articles are counted."""

from typing import Any

from marshmallow import fields, post_load

from schemas.decide import MAX_TOKEN, BoundedText
from schemas.document import StrictSchema
from schemas.fields import Flag, Key
from service.readers.my_data import CountingWish


class CountingSchema(StrictSchema):
    """The reader's choice. `passport`: in local mode, as in a decide request."""

    site = Key(required=True)
    counts_articles = Flag(required=True)
    passport = BoundedText(MAX_TOKEN, least=0, load_default=None, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> CountingWish:
        return CountingWish(**data)


class CountingAnswerSchema(StrictSchema):
    """The choice that holds now, and the passport in local mode."""

    counts_articles = fields.Boolean(required=True)
    passport = fields.String(required=True, allow_none=True)
