"""What a person does with a draft: open, type, compare with what others published, publish, or hand over."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from service.campaigns.documents import (
    CAMPAIGN_SHAPE,
    SITE_SHAPE,
    load_campaign,
    load_site,
    read_document,
    write_document,
)
from service.campaigns.drafts.comparing import ComparedField, compare, merged
from service.campaigns.drafts.draft_store import DocumentDraft, discard_draft, find_draft, keep_draft
from service.campaigns.drafts.versions import (
    Author,
    Release,
    Written,
    existing_document,
    existing_version,
    release_version,
    save_version,
)
from service.campaigns.drafts.yaml_text import with_content
from service.campaigns.store import DocumentKind, DocumentState, DocumentVersion, find_document, find_version
from service.campaigns.words.shape import Path, Shape
from service.database.transaction import committed
from service.errors import ConflictError, InvalidDocumentError


@dataclass(frozen=True, slots=True)
class DraftName:
    """Which draft is meant: the document and the person who types."""

    kind: DocumentKind
    key: str
    person: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A draft beside a newer version. `base` is the version that the draft started from, None if there was none."""

    base: DocumentVersion | None
    newest: DocumentVersion
    fields: tuple[ComparedField, ...]


def shape_of(kind: DocumentKind) -> Shape:
    """Return the shape of a kind of document."""
    return SITE_SHAPE if kind is DocumentKind.SITE else CAMPAIGN_SHAPE


def open_draft(connection: Connection, name: DraftName, now: datetime) -> DocumentDraft:
    """Return a person's draft of a document, or a fresh one of its newest version, which is not saved.

    Raise NotFoundError if there is neither.
    """
    found = find_draft(connection, name.kind, name.key, name.person)
    if found is not None:
        return found
    state = existing_document(connection, name.kind, name.key)
    newest = existing_version(connection, state, state.newest_version)
    text = newest.text or write_document(newest.content)
    return DocumentDraft(
        name.kind,
        name.key,
        name.person,
        state.site,
        state.newest_version,
        newest.content,
        text,
        revision=0,
        saved_at=now,
    )


def read_draft(engine: Engine, name: DraftName) -> DocumentDraft | None:
    """Return a person's kept draft of a document, or None."""
    with committed(engine) as connection:
        return find_draft(connection, name.kind, name.key, name.person)


def new_draft(connection: Connection, name: DraftName, content: dict[str, Any], now: datetime) -> DocumentDraft:
    """Save a draft of a document that has no version yet. Raise ConflictError if its key is taken."""
    if find_document(connection, name.kind, name.key) or find_draft(connection, name.kind, name.key, name.person):
        raise ConflictError(f"there is a {name.kind} with the key {name.key} already; choose another key")
    text = write_document(content)
    draft = DocumentDraft(
        name.kind,
        name.key,
        name.person,
        str(content.get("site", name.key)),
        None,
        content,
        text,
        revision=0,
        saved_at=now,
    )
    return keep_draft(connection, draft)


def with_typed_content(draft: DocumentDraft, content: Any, now: datetime) -> DocumentDraft:
    """Return the draft with what was typed into a form. Comments in its text are kept."""
    return replace(draft, content=content, text=with_content(draft.text, content), saved_at=now)


def with_typed_text(draft: DocumentDraft, text: str, now: datetime) -> DocumentDraft:
    """Return the draft with what was typed as YAML. Text that cannot be read is kept, and the content stays."""
    try:
        content = read_document(text).content
    except InvalidDocumentError:
        content = draft.content
    return replace(draft, content=content, text=text.replace("\r\n", "\n"), saved_at=now)


def problems_of(draft: DocumentDraft) -> tuple[str, ...]:
    """Return what is wrong with a draft, as sentences that name the field, or nothing."""
    try:
        document = read_document(draft.text)
        load = load_site if draft.kind is DocumentKind.SITE else load_campaign
        load(document.content, document.lines)
    except InvalidDocumentError as error:
        return error.problems
    return () if document.content.get("key") == draft.key else (f"key: must stay {draft.key}",)


def comparison_of(connection: Connection, draft: DocumentDraft) -> Comparison | None:
    """Return the draft beside the newest version, or None if the draft started from the newest version."""
    state = find_document(connection, draft.kind, draft.key)
    if state is None or state.newest_version == draft.based_on:
        return None
    newest = existing_version(connection, state, state.newest_version)
    base = find_version(connection, draft.kind, draft.key, draft.based_on or 0)
    fields = compare(shape_of(draft.kind), base.content if base else {}, draft.content, newest.content)
    return Comparison(base, newest, fields)


def bring_up_to_date(
    connection: Connection, draft: DocumentDraft, taken: Collection[Path], now: datetime
) -> DocumentDraft:
    """Save the draft as the newest version with the person's changes on top. At the paths in `taken` theirs stays."""
    compared = comparison_of(connection, draft)
    if compared is None:
        return draft
    base = compared.base.content if compared.base else {}
    content = merged(shape_of(draft.kind), (base, draft.content, compared.newest.content), taken)
    fresh = replace(draft, based_on=compared.newest.version, content=content, saved_at=now)
    text = with_content(compared.newest.text or draft.text, content)
    return keep_draft(connection, replace(fresh, text=text))


def save_draft(connection: Connection, draft: DocumentDraft, author: Author) -> DocumentState:
    """Save a draft as the next version without publishing it, and end the draft.

    Raise InvalidDocumentError if the draft is wrong, ConflictError if a newer version has been saved meanwhile.
    """
    problems = problems_of(draft)
    if problems:
        raise InvalidDocumentError(problems)
    based_on = draft.based_on
    if based_on is None and find_document(connection, draft.kind, draft.key):
        raise ConflictError(f"somebody has saved a {draft.kind} with the key {draft.key} meanwhile; compare the two")
    state = save_version(connection, Written(draft.kind, draft.content, draft.text, based_on), author)
    discard_draft(connection, draft.kind, draft.key, draft.person)
    return state


def save_live_draft(connection: Connection, draft: DocumentDraft, author: Author) -> DocumentState:
    """Save a draft as `save_draft` does, but a campaign with the status draft as live, so that it can be published."""
    is_draft = draft.kind is DocumentKind.CAMPAIGN and draft.content.get("status") == "draft"
    live = with_typed_content(draft, {**draft.content, "status": "live"}, author.at) if is_draft else draft
    return save_draft(connection, live, author)


def publish_draft(
    connection: Connection, draft: DocumentDraft, author: Author, at: datetime | None = None
) -> DocumentState:
    """Save a draft as the next version and put it in force, now or at a later instant, and end the draft.

    Raise the errors of `save_draft`.
    """
    state = save_live_draft(connection, draft, author)
    return release_version(connection, draft.kind, draft.key, Release(state.newest_version, at), author)
