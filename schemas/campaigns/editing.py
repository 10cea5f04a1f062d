"""Schemas of the staff API of sites and campaigns: its small request bodies and its responses."""

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
    """A kill switch and a note for the record. The switch is turned on unless `is_paused` is false.

    The pause ends by itself at `ends_at`; without it, someone has to end the pause.
    """

    is_paused = Flag(load_default=True)
    note = Text(most=500, load_default="")
    ends_at = Instant(load_default=None)


class AllAsksPauseSchema(PauseSchema):
    """A kill switch of all asks. With `opens_gates` false, gates work as usual and only other asks stop."""

    opens_gates = Flag(load_default=True)


class SitePauseSchema(AllAsksPauseSchema):
    """A kill switch of a site. With `placement` or `kind` it stops only the prompts of that placement or kind."""

    placement = Word(Placement, load_default=None)
    kind = Word(Kind, load_default=None)


class FindingSchema(StrictSchema):
    """A finding of lint."""

    severity = fields.Enum(LintSeverity, by_value=True)
    subject = fields.String()
    rule = fields.String()
    words = fields.String()


class DocumentStateSchema(StrictSchema):
    """The state of a document: its versions and whether it is paused."""

    key = fields.String()
    site = fields.String()
    created_at = fields.DateTime()
    version = fields.Integer(attribute="newest_version")
    published_version = fields.Integer(allow_none=True)
    scheduled_version = fields.Integer(allow_none=True)
    scheduled_at = fields.DateTime(allow_none=True)
    is_paused = fields.Boolean()


class DocumentSchema(DocumentStateSchema):
    """The state of a document with its newest text and the findings of lint."""

    findings = fields.List(fields.Nested(FindingSchema))
    document = fields.Dict()


class DocumentVersionSchema(StrictSchema):
    """A saved version of a document."""

    version = fields.Integer()
    saved_at = fields.DateTime()
    saved_by = fields.String()
    document = fields.Dict(attribute="content")


class DocumentChangeSchema(StrictSchema):
    """A line of the record of changes."""

    changed_at = fields.DateTime()
    changed_by = fields.String()
    act = fields.String()
    kind = fields.String()
    key = fields.String()
    version = fields.Integer(allow_none=True)
    note = fields.String()


class SwitchStateSchema(StrictSchema):
    """Whether the kill switch for everything is on."""

    is_paused = fields.Boolean()
