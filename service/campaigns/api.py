"""The staff API of sites and campaigns: save, publish, roll back and pause. A document is sent as JSON or YAML."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, request
from marshmallow import Schema

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.editing import (
    AllAsksPauseSchema,
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
from service.campaigns.editing import (
    Author,
    PauseTerms,
    Release,
    pause,
    publish,
    save_campaign,
    save_site,
)
from service.campaigns.reading import DocumentDetails, changes_of, describe, describe_all, versions_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import Change, DocumentKind, DocumentVersion
from service.campaigns.switch_store import Switch, SwitchScope
from service.errors import ConflictError, NotFoundError
from service.services import current_services
from service.tokens.api import admit_site, current_token, requires_role
from service.web.requests import ACCEPTED_JSON_TYPES, Blueprint, limited_body, read_json

YAML_TYPES = frozenset({"application/yaml", "text/yaml"})
SMALL_BODY_BYTES = 4096
SITE, CAMPAIGN = DocumentKind.SITE, DocumentKind.CAMPAIGN
LISTS = frozenset({"/v1/sites", "/v1/campaigns"})  # their views leave out what the token is not for

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("campaigns", __name__, description="Sites and campaigns, for staff")


def staff_reads(rule: str, answer: Schema | type[Schema]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that routes a GET for editors and auditors."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        routed: Callable[P, R] = blueprint.get(rule)(
            requires_role("editor", "auditor")(blueprint.response(200, answer)(within_site(rule, view)))
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
    """Return a decorator that routes a change, which only editors may make.

    `body` only describes the request in the API's description. The view reads the body itself, so that its errors can
    name fields and lines.
    """
    content = {"required": True, "content": {"application/json": {"schema": body}}}

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        described = blueprint.doc(requestBody=content)(blueprint.response(200, answer)(within_site(rule, view)))
        limited = limited_body(max_bytes)(requires_role("editor")(described))
        routed: Callable[P, R] = blueprint.route(rule, methods=[method])(limited)
        return routed

    return decorate


def within_site(rule: str, view: Callable[P, R]) -> Callable[P, R]:
    """Return the view of a document or of all documents; a token for a single site may only use it for its own."""
    if rule in LISTS:
        return view

    @wraps(view)
    def admitted(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_token().site is not None:
            key = kwargs.get("key")
            admit_site(str(key) if rule.startswith("/v1/sites/") else _site_of_campaign(key) if key else None)
        return view(*args, **kwargs)

    return admitted


def _site_of_campaign(key: object) -> str | None:
    """Return the site of a campaign. A campaign that does not exist yet counts as one of the token's site."""
    try:
        return described(CAMPAIGN, str(key)).site
    except NotFoundError:
        return current_token().site


@staff_reads("/v1/sites", DocumentStateSchema(many=True))
def list_sites() -> list[DocumentDetails]:
    """List all sites, or the only site that the token is for."""
    services = current_services()
    found, own = describe_all(services.engine, SITE, services.clock()), current_token().site
    return [details for details in found if own in {None, details.key}]


@staff_reads("/v1/sites/<key>", DocumentSchema)
def get_site(key: str) -> DocumentDetails:
    """Return a site as last saved, with the findings of lint."""
    return described(SITE, key)


@staff_writes("PUT", "/v1/sites/<key>", SiteSchema, max_bytes=MAX_DOCUMENT_BYTES)
def put_site(key: str) -> DocumentDetails:
    """Save a site and put it in force at once.

    With `If-Match: "3"`, answer 409 if the newest version is not version 3.
    """
    document = document_named(key, load_site)
    save_site(current_services().engine, document.content, author(), based_on(), document.text)
    return changed(SITE, key)


@staff_writes("POST", "/v1/sites/<key>/publish", ReleaseSchema)
def publish_site(key: str) -> DocumentDetails:
    """Put a version of a site in force, now or at a later instant. An older version is a roll back."""
    publish(current_services().engine, SITE, key, release_of_body(), author())
    return changed(SITE, key)


@staff_writes("POST", "/v1/sites/<key>/pause", SitePauseSchema)
def pause_site(key: str) -> DocumentDetails:
    """Pause all prompts of a site, a placement or a kind within seconds. `is_paused` false ends the pause."""
    wanted = settings_of(SitePauseSchema())
    scope, name = SwitchScope.SITE, ""
    if wanted["placement"]:
        scope, name = SwitchScope.PLACEMENT, wanted["placement"].value
    elif wanted["kind"]:
        scope, name = SwitchScope.KIND, wanted["kind"].value
    turn(Switch(scope, key, name), wanted)
    return changed(SITE, key)


@staff_reads("/v1/sites/<key>/versions", DocumentVersionSchema(many=True))
def list_site_versions(key: str) -> list[DocumentVersion]:
    """List the newest hundred versions of a site, newest first."""
    return list(versions_of(current_services().engine, SITE, key))


@staff_reads("/v1/sites/<key>/changes", DocumentChangeSchema(many=True))
def list_site_changes(key: str) -> list[Change]:
    """List who changed a site, when and how, newest first."""
    return list(changes_of(current_services().engine, SITE, key))


@staff_reads("/v1/campaigns", DocumentStateSchema(many=True))
def list_campaigns() -> list[DocumentDetails]:
    """List all campaigns, or the campaigns of the site in `?site=`."""
    services = current_services()
    site = request.args.get("site", current_token().site)
    admit_site(site)
    return list(describe_all(services.engine, CAMPAIGN, services.clock(), site))


@staff_reads("/v1/campaigns/<key>", DocumentSchema)
def get_campaign(key: str) -> DocumentDetails:
    """Return a campaign as last saved, with the findings of lint."""
    return described(CAMPAIGN, key)


@staff_writes("PUT", "/v1/campaigns/<key>", CampaignSchema, max_bytes=MAX_DOCUMENT_BYTES)
def put_campaign(key: str) -> DocumentDetails:
    """Save a campaign as its next version. Readers see the version only after it is published."""
    document = document_named(key, load_campaign)
    admit_site(document.content["site"])
    save_campaign(current_services().engine, document.content, author(), based_on(), document.text)
    return changed(CAMPAIGN, key)


@staff_writes("POST", "/v1/campaigns/<key>/publish", ReleaseSchema)
def publish_campaign(key: str) -> DocumentDetails:
    """Publish the newest or a given version, now or at a later instant. An older version is a roll back."""
    publish(current_services().engine, CAMPAIGN, key, release_of_body(), author())
    return changed(CAMPAIGN, key)


@staff_writes("POST", "/v1/campaigns/<key>/pause", PauseSchema)
def pause_campaign(key: str) -> DocumentDetails:
    """Pause a campaign within seconds. `is_paused` false ends the pause."""
    site = describe(current_services().engine, CAMPAIGN, key, current_services().clock()).site
    turn(Switch(SwitchScope.CAMPAIGN, site, key), settings_of(PauseSchema()))
    return changed(CAMPAIGN, key)


@staff_reads("/v1/campaigns/<key>/versions", DocumentVersionSchema(many=True))
def list_campaign_versions(key: str) -> list[DocumentVersion]:
    """List the newest hundred versions of a campaign, newest first."""
    return list(versions_of(current_services().engine, CAMPAIGN, key))


@staff_reads("/v1/campaigns/<key>/changes", DocumentChangeSchema(many=True))
def list_campaign_changes(key: str) -> list[Change]:
    """List who changed a campaign, when and how, newest first."""
    return list(changes_of(current_services().engine, CAMPAIGN, key))


@staff_writes("POST", "/v1/pause", AllAsksPauseSchema, SwitchStateSchema)
def pause_everything() -> dict[str, bool]:
    """Pause all prompts of all sites within seconds. `is_paused` false ends the pause."""
    wanted = settings_of(AllAsksPauseSchema())
    turn(Switch(SwitchScope.EVERYTHING), wanted)
    return {"is_paused": wanted["is_paused"]}


def described(kind: DocumentKind, key: str) -> DocumentDetails:
    """Return a document with everything the API says about it. Raise NotFoundError if there is none."""
    services = current_services()
    return describe(services.engine, kind, key, services.clock())


def changed(kind: DocumentKind, key: str) -> DocumentDetails:
    """Return a document after a change, once this process has loaded the change."""
    current_services().part(SnapshotHolder).refresh()
    return described(kind, key)


def turn(switch: Switch, wanted: dict[str, Any]) -> None:
    """Turn a kill switch on or off, as the loaded body says, and load the change in this process."""
    services = current_services()
    terms = PauseTerms(wanted["note"], wanted["ends_at"], wanted.get("opens_gates", True))
    pause(services.engine, switch, author(), terms, is_paused=wanted["is_paused"])
    services.part(SnapshotHolder).refresh()


def author() -> Author:
    """Return the token's name and the current time, for the record of changes."""
    token = current_token()
    return Author(f"{token.name} ({token.token_id})", current_services().clock())


def based_on() -> int | None:
    """Return the version in the If-Match header, or None if there is none. Answer 400 if it is not a version."""
    tag = request.headers.get("If-Match")
    if tag is None or tag == "*":
        return None
    digits = tag.strip().strip('"')
    return int(digits) if digits.isdecimal() and len(digits) < 10 else abort(400)


def document_named(key: str, load: Callable[[object, Mapping[Path, int]], object]) -> Document:
    """Read the document in the body. A missing key is taken from the address.

    Raise InvalidDocumentError (422) if the document is wrong, ConflictError (409) if it has another key.
    """
    document = read_document(request.get_data()) if request.mimetype in YAML_TYPES else Document(json_body(), {})
    content = document.content
    if isinstance(content, dict) and "key" not in content:
        document = replace(document, content=(content := {"key": key, **content}), text=None)  # the text has no key
    if isinstance(content, dict) and content["key"] != key:
        raise ConflictError(f"the document's key is {content['key']}, but the address names {key}; use the same key")
    load(content, document.lines)
    return document


def release_of_body() -> Release:
    """Return the release that the body describes. A request without a body releases the newest version now."""
    return Release(**settings_of(ReleaseSchema()))


def settings_of(schema: Schema) -> Any:
    """Load a small body with a schema. A request without a body is read as `{}`."""
    return load_value(schema, json_body() if request.get_data() else {})


def json_body() -> Any:
    """Return the JSON of the body. Answer 415 if the request has another content type, 400 if it is not JSON."""
    if request.mimetype not in ACCEPTED_JSON_TYPES:
        abort(415)
    return read_json(request.get_data())
