"""The schema of the `reader_assertion` part of a site: the keys that prove that a reader is signed in."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from schemas.document import StrictSchema
from schemas.fields import Line, OneOrMany, Text, Whole
from service.campaigns.site import AssertionKey, ReaderAssertion
from service.readers.assertion import UnusableKeyError, usable_key

ALGORITHMS = ("ES256", "RS256", "EdDSA")
MAX_ASSERTION_KEYS = 10


class AssertionKeySchema(StrictSchema):
    """A public key that verifies reader assertions."""

    key_id = Line(required=True)
    algorithm = fields.String(required=True)
    public_key = Text(most=4000, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AssertionKey:
        if data["algorithm"] not in ALGORITHMS:
            raise ValidationError(f"must be one of {', '.join(ALGORITHMS)}", "algorithm")
        if "PRIVATE KEY" in data["public_key"]:
            words = "is a private key; never send it anywhere, and give the public key instead"
            raise ValidationError(words, "public_key")
        if "BEGIN PUBLIC KEY" not in data["public_key"]:
            raise ValidationError("must be a PEM public key (BEGIN PUBLIC KEY)", "public_key")
        if data["public_key"].count("-----BEGIN") > 1:
            raise ValidationError("has several keys; give each a key_id of its own", "public_key")
        key = AssertionKey(**data)
        try:
            usable_key(key)
        except UnusableKeyError as error:
            raise ValidationError(str(error), "public_key") from error
        return key


class ReaderAssertionSchema(StrictSchema):
    """How the publication proves that a reader is signed in."""

    audience = Line(required=True)
    issuer = Line(load_default=None)
    maximum_age_seconds = Whole(least=1, most=604_800, load_default=3600)
    leeway_seconds = Whole(most=300, load_default=60)
    keys = OneOrMany(fields.Nested(AssertionKeySchema), least=1, most=MAX_ASSERTION_KEYS, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ReaderAssertion:
        if len({key.key_id for key in data["keys"]}) != len(data["keys"]):
            raise ValidationError("two keys have the same key_id; give each its own", "keys")
        return ReaderAssertion(**data)
