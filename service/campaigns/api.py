"""The staff API of sites and campaigns: save, publish, go back, pause. Documents are JSON, or YAML where said so."""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from flask import abort, request
from marshmallow import Schema

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.editing import (
    DocumentChangeSchema,
    DocumentSchema,
    DocumentStateSchema,
    DocumentVersionSchema,
    PauseSchema,
    ReleaseSchema,
    SitePauseSchema,
    SwitchStateSchema,
)
from schemas.campaigns.site import SiteSchema
from schemas.document import Path, load_value
from service.campaigns.documents import MAX_DOCUMENT_BYTES, Document, load_campaign, load_site, read_document
from service.campaigns.editing import Author, pause, publish, save_campaign, save_site
from service.campaigns.reading import DocumentDetails, changes_of, describe, describe_all, versions_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import Change, DocumentKind, DocumentVersion
from service.campaigns.switch_store import Switch, SwitchScope
from service.errors import ConflictError
from service.services import current_services
from service.tokens.api import current_token, requires_role
from service.web.requests import ACCEPTED_JSON_TYPES, Blueprint, limited_body, read_json

YAML_TYPES = frozenset({"application/yaml", "text/yaml"})
SMALL_BODY_BYTES = 4096
SITE, CAMPAIGN = DocumentKind.SITE, DocumentKind.CAMPAIGN

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("campaigns", __name__, description="Sites and campaigns, for staff")


def staff_reads(rule: str, answer: Schema | type[Schema]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Route a GET that editors and auditors may call."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        routed: Callable[P, R] = blueprint.get(rule)(
            requires_role("editor", "auditor")(blueprint.response(200, answer)(view))
        )
        return routed

    return decorate


def staff_writes(
    method: str,
    rule: str,
    body: type[Schema],
    answer: type[Schema] = DocumentSchema,
    *,
    max_bytes: int = SMALL_BODY_BYTES,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Route a change that editors may make.

    The API's description names the body's schema; the view reads the body itself, to name lines and fields.
    """
    content = {"required": True, "content": {"application/json": {"schema": body}}}

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        described = blueprint.doc(requestBody=content)(blueprint.response(200, answer)(view))
        limited = limited_body(max_bytes)(requires_role("editor")(described))
        routed: Callable[P, R] = blueprint.route(rule, methods=[method])(limited)
        return routed

    return decorate


@staff_reads("/v1/sites", DocumentStateSchema(many=True))
def list_sites() -> list[DocumentDetails]:
    """All sites."""
    services = current_services()
    return list(describe_all(services.engine, SITE, services.clock()))


@staff_reads("/v1/sites/<key>", DocumentSchema)
def get_site(key: str) -> DocumentDetails:
    """A site as last saved, with what lint says."""
    return described(SITE, key)


@staff_writes("PUT", "/v1/sites/<key>", SiteSchema, max_bytes=MAX_DOCUMENT_BYTES)
def put_site(key: str) -> DocumentDetails:
    """Save a site; it is in force at once. `If-Match: "3"` refuses to overwrite anything newer than version 3."""
    save_site(current_services().engine, document_named(key, load_site), author(), based_on())
    return changed(SITE, key)


@staff_writes("POST", "/v1/sites/<key>/publish", ReleaseSchema)
def publish_site(key: str) -> DocumentDetails:
    """Put a version of a site in force, such as an older one, now or at a later instant."""
    publish(current_services().engine, SITE, key, settings_of(ReleaseSchema()), author())
    return changed(SITE, key)


@staff_writes("POST", "/v1/sites/<key>/pause", SitePauseSchema)
def pause_site(key: str) -> DocumentDetails:
    """Silence a site, or one placement or kind of it, within seconds; `is_paused` false ends it."""
    asked = settings_of(SitePauseSchema())
    scope, name = SwitchScope.SITE, ""
    if asked["placement"]:
        scope, name = SwitchScope.PLACEMENT, asked["placement"].value
    elif asked["kind"]:
        scope, name = SwitchScope.KIND, asked["kind"].value
    switch(Switch(scope, key, name), asked)
    return changed(SITE, key)


@staff_reads("/v1/sites/<key>/versions", DocumentVersionSchema(many=True))
def list_site_versions(key: str) -> list[DocumentVersion]:
    """The newest hundred texts of a site, newest first."""
    return list(versions_of(current_services().engine, SITE, key))


@staff_reads("/v1/sites/<key>/changes", DocumentChangeSchema(many=True))
def list_site_changes(key: str) -> list[Change]:
    """Who changed what of a site, newest first."""
    return list(changes_of(current_services().engine, SITE, key))


@staff_reads("/v1/campaigns", DocumentStateSchema(many=True))
def list_campaigns() -> list[DocumentDetails]:
    """All campaigns, or those of `?site=`."""
    services = current_services()
    return list(describe_all(services.engine, CAMPAIGN, services.clock(), request.args.get("site")))


@staff_reads("/v1/campaigns/<key>", DocumentSchema)
def get_campaign(key: str) -> DocumentDetails:
    """A campaign as last saved, with what lint says."""
    return described(CAMPAIGN, key)


@staff_writes("PUT", "/v1/campaigns/<key>", CampaignSchema, max_bytes=MAX_DOCUMENT_BYTES)
def put_campaign(key: str) -> DocumentDetails:
    """Save a campaign as its next version; nothing is shown until it is published."""
    save_campaign(current_services().engine, document_named(key, load_campaign), author(), based_on())
    return changed(CAMPAIGN, key)


@staff_writes("POST", "/v1/campaigns/<key>/publish", ReleaseSchema)
def publish_campaign(key: str) -> DocumentDetails:
    """Publish the newest version, or the one named, now or at a later instant. An older version is a roll back."""
    publish(current_services().engine, CAMPAIGN, key, settings_of(ReleaseSchema()), author())
    return changed(CAMPAIGN, key)


@staff_writes("POST", "/v1/campaigns/<key>/pause", PauseSchema)
def pause_campaign(key: str) -> DocumentDetails:
    """Take a campaign off within seconds; `is_paused` false puts it on again."""
    site = describe(current_services().engine, CAMPAIGN, key, current_services().clock()).site
    switch(Switch(SwitchScope.CAMPAIGN, site, key), settings_of(PauseSchema()))
    return changed(CAMPAIGN, key)


@staff_reads("/v1/campaigns/<key>/versions", DocumentVersionSchema(many=True))
def list_campaign_versions(key: str) -> list[DocumentVersion]:
    """The newest hundred texts of a campaign, newest first."""
    return list(versions_of(current_services().engine, CAMPAIGN, key))


@staff_reads("/v1/campaigns/<key>/changes", DocumentChangeSchema(many=True))
def list_campaign_changes(key: str) -> list[Change]:
    """Who changed what of a campaign, newest first."""
    return list(changes_of(current_services().engine, CAMPAIGN, key))


@staff_writes("POST", "/v1/pause", PauseSchema, SwitchStateSchema)
def pause_everything() -> dict[str, bool]:
    """Pause all asks of all sites, gates included, within seconds; `is_paused` false ends it."""
    asked = settings_of(PauseSchema())
    switch(Switch(SwitchScope.EVERYTHING), asked)
    return {"is_paused": asked["is_paused"]}


def described(kind: DocumentKind, key: str) -> DocumentDetails:
    services = current_services()
    return describe(services.engine, kind, key, services.clock())


def changed(kind: DocumentKind, key: str) -> DocumentDetails:
    """Return a document after a change, once this process has loaded the change."""
    current_services().part(SnapshotHolder).refresh()
    return described(kind, key)


def switch(paused: Switch, asked: dict[str, Any]) -> None:
    services = current_services()
    pause(services.engine, paused, author(), is_paused=asked["is_paused"], note=asked["note"])
    services.part(SnapshotHolder).refresh()


def author() -> Author:
    """Return the token's owner and the current time, for the record of changes."""
    token = current_token()
    return Author(f"{token.name} ({token.token_id})", current_services().clock())


def based_on() -> int | None:
    """Return the version that If-Match names, or None."""
    tag = request.headers.get("If-Match")
    if tag is None or tag == "*":
        return None
    digits = tag.strip().strip('"')
    return int(digits) if digits.isdecimal() and len(digits) < 10 else abort(400)


def document_named(key: str, load: Callable[[object, Mapping[Path, int]], object]) -> Any:
    """Read the document in the body; errors in YAML name their line.

    Raises ConflictError (409) if the document's key is not the key in the address.
    """
    is_yaml = request.mimetype in YAML_TYPES
    document = read_document(request.get_data()) if is_yaml else Document(json_body(), {})
    content = document.content
    if isinstance(content, dict) and content.setdefault("key", key) != key:
        raise ConflictError(f"the document's key is {content['key']}, the address says {key}")
    load(content, document.lines)
    return content


def settings_of(schema: Schema) -> Any:
    """Read a small body; a request without a body means `{}`."""
    return load_value(schema, json_body() if request.get_data() else {})


def json_body() -> Any:
    if request.mimetype not in ACCEPTED_JSON_TYPES:
        abort(415)
    return read_json(request.get_data())
