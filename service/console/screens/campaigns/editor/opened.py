"""A document that a person has opened in the editor: the draft, what is wrong with it, and what lint finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from service.campaigns.campaign import Campaign
from service.campaigns.documents import campaign_problems, load_campaign, load_site, read_document, site_problems
from service.campaigns.drafts.draft_store import DocumentDraft
from service.campaigns.drafts.drafting import DraftName, comparison_of, open_draft, shape_of
from service.campaigns.drafts.versions import with_due_schedule
from service.campaigns.lint.everything import lint_campaign, lint_site
from service.campaigns.lint.finding import LintFinding
from service.campaigns.site import Site
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.store import DocumentKind, DocumentState, find_document
from service.campaigns.words.finding_words import finding_in_words
from service.campaigns.words.sentences import rules_in_words
from service.campaigns.words.shape import Path, Shape
from service.console.screens.campaigns.editor.form import Source, errors_by_path
from service.errors import InvalidDocumentError, NotFoundError

# What lint finds that no person can mean. The console refuses it as it refuses a field that cannot be read.
_IMPOSSIBLE: dict[str, Path] = {"empty_schedule": ("schedule", "ends")}
# Stands in for variants that are not written yet, so that the rules beside them can be read.
_PLAIN_VARIANTS = [{"key": "a", "copy": {"en": {"heading": "-", "button": "-"}}}]


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft in the editor.

    - `state`: None if the document has no version yet.
    - `is_stale`: a newer version has been saved since the draft was started.
    - `errors`: sentences by path. `unreadable`: why the text cannot be read, if it cannot.
    """

    site: Site
    draft: DocumentDraft
    state: DocumentState | None
    is_stale: bool
    errors: Mapping[Path, str]
    findings: tuple[LintFinding, ...]
    unreadable: str = ""

    @property
    def shape(self) -> Shape:
        return shape_of(self.draft.kind)

    @property
    def content(self) -> dict[str, Any]:
        """The content as a mapping; empty if the document is something else."""
        return self.draft.content if isinstance(self.draft.content, dict) else {}

    @property
    def name(self) -> str:
        """The name for people."""
        return str(self.content.get("name") or self.draft.key)

    @property
    def is_campaign(self) -> bool:
        return self.draft.kind is DocumentKind.CAMPAIGN

    @property
    def variants(self) -> list[dict[str, Any]]:
        """The variants of a campaign that are mappings."""
        found = self.content.get("variants")
        return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]

    @property
    def variant_names(self) -> list[str]:
        """What the variants are called: their keys, or their positions from one on."""
        return [str(variant.get("key") or at + 1) for at, variant in enumerate(self.variants)]

    @property
    def locales(self) -> list[str]:
        """The languages that a campaign has words in, and then those of the site."""
        copies = [variant["copy"] for variant in self.variants if isinstance(variant.get("copy"), dict)]
        return list(dict.fromkeys([*(str(tag).lower() for copy in copies for tag in copy), *self.site.languages]))

    @property
    def sentences(self) -> tuple[tuple[str, str], ...]:
        """The rules of a campaign as sentences; none while a rule is wrong. The words of variants do not matter."""
        if not self.is_campaign or any(path[:1] != ("variants",) for path in self.errors):
            return ()
        return rules_in_words(
            load_campaign({**self.content, "variants": _PLAIN_VARIANTS} if self.errors else self.content)
        )

    def source(self) -> Source:
        """Return what the form is made from."""
        return Source(self.shape, self.content, self.errors)


def open_document(connection: Connection, snapshot: SiteSnapshot, name: DraftName, now: datetime) -> Opened:
    """Open a document of a site for a person. Raise NotFoundError if it does not exist or is another site's."""
    draft = open_draft(connection, name, now)
    if draft.site != snapshot.site.key:
        raise NotFoundError(f"there is no {name.kind} {name.key}")
    state = find_document(connection, name.kind, name.key)
    is_stale = state is not None and comparison_of(connection, draft) is not None
    return opened(snapshot, draft, with_due_schedule(state, now) if state else None, is_stale=is_stale, now=now)


def opened(
    snapshot: SiteSnapshot, draft: DocumentDraft, state: DocumentState | None, *, is_stale: bool, now: datetime
) -> Opened:
    """Return a draft with everything that is wrong with it, as of `now`."""
    unreadable = unreadable_text(draft.text)
    problems = campaign_problems if draft.kind is DocumentKind.CAMPAIGN else site_problems
    errors = errors_by_path(shape_of(draft.kind), draft.content, problems(draft.content))
    findings: tuple[LintFinding, ...] = () if errors or unreadable else _findings(snapshot, draft, now)
    for finding in findings:
        if finding.rule in _IMPOSSIBLE:
            words = finding_in_words(finding.words)
            errors.setdefault(_IMPOSSIBLE[finding.rule], f"{words[:1].upper()}{words[1:]}.")
    return Opened(snapshot.site, draft, state, is_stale, errors, findings, unreadable)


@lru_cache(maxsize=256)
def unreadable_text(text: str) -> str:
    """Return why a text cannot be read as YAML, or an empty text."""
    try:
        read_document(text)
    except InvalidDocumentError as error:
        return error.title
    return ""


def _findings(snapshot: SiteSnapshot, draft: DocumentDraft, now: datetime) -> tuple[LintFinding, ...]:
    if draft.kind is DocumentKind.SITE:
        return lint_site(load_site(draft.content))
    return lint_campaign(snapshot.site, _newest_campaigns(snapshot), load_campaign(draft.content), now)


def _newest_campaigns(snapshot: SiteSnapshot) -> list[Campaign]:
    newest = {campaign.key: campaign for campaign in snapshot.campaigns} | dict(snapshot.drafts)
    return list(newest.values())
