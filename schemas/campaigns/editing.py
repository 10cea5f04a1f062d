"""What the staff API of sites and campaigns takes besides documents, and what it answers."""

from marshmallow import fields

from schemas.document import StrictSchema
from schemas.fields import Flag, Text, Whole, Word
from schemas.times import Instant
from service.campaigns.campaign import Kind, Placement
from service.campaigns.lint.finding import LintSeverity


class ReleaseSchema(StrictSchema):
    """Which version to publish (default: the newest), and at which instant (default: now)."""

    version = Whole(least=1, load_default=None)
    at = Instant(load_default=None)


class PauseSchema(StrictSchema):
    """A kill switch: on unless `is_paused` is false."""

    is_paused = Flag(load_default=True)
    note = Text(most=500, load_default="")


class SitePauseSchema(PauseSchema):
    """The whole site, or one placement or kind of it."""

    placement = Word(Placement, load_default=None)
    kind = Word(Kind, load_default=None)


class FindingSchema(StrictSchema):
    severity = fields.Enum(LintSeverity, by_value=True)
    subject = fields.String()
    rule = fields.String()
    words = fields.String()


class DocumentStateSchema(StrictSchema):
    """Where a document stands."""

    key = fields.String()
    site = fields.String()
    created_at = fields.DateTime()
    version = fields.Integer(attribute="newest_version")
    published_version = fields.Integer(allow_none=True)
    scheduled_version = fields.Integer(allow_none=True)
    scheduled_at = fields.DateTime(allow_none=True)
    is_paused = fields.Boolean()


class DocumentSchema(DocumentStateSchema):
    """The same with what lint says about it, and its newest text."""

    findings = fields.List(fields.Nested(FindingSchema))
    document = fields.Dict()


class DocumentVersionSchema(StrictSchema):
    version = fields.Integer()
    saved_at = fields.DateTime()
    saved_by = fields.String()
    document = fields.Dict(attribute="content")


class DocumentChangeSchema(StrictSchema):
    changed_at = fields.DateTime()
    changed_by = fields.String()
    act = fields.String()
    kind = fields.String()
    key = fields.String()
    version = fields.Integer(allow_none=True)
    note = fields.String()


class SwitchStateSchema(StrictSchema):
    is_paused = fields.Boolean()
