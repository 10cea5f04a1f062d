"""Previews: signed, short-lived links that show a campaign or a draft to every reader who opens them, or a page as a
described reader sees it.

A preview obeys the kill switches and needs its placement on the page. It counts against no cap and in no experiment,
changes nothing in the reader's history, and shows the traces of what readers would see without it.
"""

import json
import zlib
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Engine

from service.campaigns.campaign import Kind, Status
from service.campaigns.documents import stored_campaign
from service.campaigns.drafts.drafting import DraftName, read_draft
from service.campaigns.gate import Strength
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.snapshot.countries import with_countries_written_out
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.campaigns.store import DocumentKind
from service.decisions.assignment import Assigned
from service.decisions.compile import CompiledSite, compile_campaign
from service.decisions.decide_view import Answer, PageView, offered, take_view, under_consent
from service.decisions.decision import Access, AccessState, Choice, Decision
from service.decisions.rules.articles import articles_remembered
from service.decisions.rules.rule import Prepared
from service.decisions.rules.switches import switched_off
from service.decisions.situation import Situation, Visit
from service.errors import InvalidDocumentError, NotFoundError
from service.ids import new_id
from service.readers.passports.passport import PassportSealer, decode, encode
from service.readers.reader import Reader
from service.readers.site_time import as_datetime, site_time_of
from service.sealing import KeyRing
from service.services import Services

MAX_PREVIEW_SECONDS = 7 * 86_400
_PURPOSE, _READER_PURPOSE = "preview", "preview as a reader"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a link shows. `is_draft`: the newest saved version, not the published one. An empty `variant`: the first.

    - `person`: show this person's draft, which is not a version yet; empty for no draft.
    - `country`, `device`: show the prompt as to a reader from there; empty for the reader who opens the link.
    """

    site: str
    campaign: str
    variant: str
    is_draft: bool
    expires_at: int
    person: str = ""
    country: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """What an editor wants to see, and for how long the link is valid."""

    site: str
    campaign: str
    variant: str
    is_draft: bool
    seconds: int


class AsReader(NamedTuple):
    """The reader as whom a link shows the page. `at`: the time of the decision (seconds since 1970); 0: now."""

    site: str
    expires_at: int
    reader: Reader
    visit: Visit
    at: int = 0


def seal_preview(ring: KeyRing, preview: Preview) -> str:
    return ring.sealer(_PURPOSE).seal(json.dumps(astuple(preview)).encode())


def open_preview(ring: KeyRing, text: str | None, site: str, instant: int) -> Preview | None:
    """Return the preview of a link, or None if the link is forged, of another site, or has expired."""
    plain = ring.sealer(_PURPOSE).open(text) if text else None
    if plain is None:
        return None
    preview = Preview(*json.loads(plain))
    return preview if preview.site == site and instant < preview.expires_at else None


def seal_as_reader(ring: KeyRing, shown: AsReader) -> str:
    """Return the text of a link. Audiences of a signed-in reader are left out, because no link needs them."""
    visit = shown.visit
    facts = [visit.consent, visit.country, visit.device, visit.language, visit.referrer_host, visit.is_signed_in]
    head = json.dumps([shown.site, shown.expires_at, shown.at, *facts]).encode()
    return ring.sealer(_READER_PURPOSE).seal(zlib.compress(head + b"\n" + encode(shown.reader, shown.at), 9))


def open_as_reader(ring: KeyRing, text: str | None, site: str, instant: int) -> AsReader | None:
    """Return the reader of a link, or None if the link is forged, of another site, or has expired."""
    plain = ring.sealer(_READER_PURPOSE).open(text) if text else None
    if plain is None:
        return None
    head, _, packed = zlib.decompress(plain).partition(b"\n")
    of_site, expires_at, at, consent, country, device, language, referrer_host, is_signed_in = json.loads(head)
    if of_site != site or instant >= expires_at:
        return None
    visit = Visit(Consent(consent), country, Device(device), language, referrer_host, is_signed_in)
    return AsReader(site, expires_at, decode(packed).reader, visit, at)


def previewed(snapshot: SiteSnapshot, preview: Preview) -> Prepared | None:
    """Return the campaign to preview, or None if it does not exist or cannot be shown.

    An archived campaign, which no reader sees, can be looked at in its newest version.
    """
    published = next((campaign for campaign in snapshot.campaigns if campaign.key == preview.campaign), None)
    newest = snapshot.drafts.get(preview.campaign, published)
    is_archived = newest is not None and newest.status is Status.ARCHIVED
    campaign = newest if preview.is_draft or (published is None and is_archived) else published
    if campaign is None:
        return None
    try:
        return compile_campaign(campaign, snapshot)
    except ValueError:
        return None


def draft_candidate(engine: Engine, snapshot: SiteSnapshot, preview: Preview, now: datetime) -> Prepared | None:
    """Return the draft of the person whom a preview names, or None if it is wrong or does not exist."""
    draft = read_draft(engine, DraftName(DocumentKind.CAMPAIGN, preview.campaign, preview.person))
    if draft is None or draft.site != preview.site:
        return previewed(snapshot, preview)
    try:
        campaign = with_countries_written_out(stored_campaign(draft.content, now, 0), snapshot.site)
        return compile_campaign(campaign, snapshot)
    except (InvalidDocumentError, ValueError):
        return None


def preview_decision(candidate: Prepared, preview: Preview, situation: Situation, decision: Decision) -> Decision:
    """Return a decision that shows the previewed campaign alone, with the traces of the real decision."""
    campaign = candidate.campaign
    is_off = switched_off(campaign, situation.site.switches) is not None
    if is_off or campaign.placement not in situation.page.placements:
        return Decision(traces=decision.traces)
    variant = next((found for found in campaign.variants if found.key == preview.variant), campaign.variants[0])
    strength = (campaign.gate.strength if campaign.gate else Strength.SOFT) if campaign.kind is Kind.GATE else None
    choice = Choice(candidate, Assigned(variant, is_counted=False), strength)
    access = Access(AccessState.GATED if strength else AccessState.OPEN, decided_by=campaign.key if strength else None)
    return Decision(choices=(choice,), access=access, traces=decision.traces)


def answer_preview(
    site: CompiledSite, sealer: PassportSealer, page_view: PageView, shown: tuple[Preview, Prepared]
) -> Answer:
    """Answer an editor with the previewed campaign and the traces of what readers would see. Change nothing."""
    preview, candidate = shown
    visit = page_view.visit
    page_view = replace(
        page_view,
        visit=replace(
            visit, country=preview.country or visit.country, device=Device(preview.device or visit.device.value)
        ),
    )
    taken = take_view(site, page_view, explains=True)
    decision = preview_decision(candidate, preview, taken.situation, taken.decision)
    return _answer(sealer, page_view, taken.situation, decision)


def answer_as_reader(site: CompiledSite, sealer: PassportSealer, page_view: PageView, shown: AsReader) -> Answer:
    """Answer an editor with what the reader of a link would see on the page, with the traces. Change nothing."""
    now = site_time_of(shown.at, site.zone) if shown.at else page_view.now
    reader = under_consent(shown.reader, shown.visit.consent, 0)
    taken = take_view(site, replace(page_view, reader=reader, visit=shown.visit, now=now), explains=True)
    return _answer(sealer, page_view, taken.situation, taken.decision)


def _answer(sealer: PassportSealer, page_view: PageView, situation: Situation, decision: Decision) -> Answer:
    prompts, seal = offered(sealer, situation, decision.choices, decision_id="")
    return Answer(
        decision_id=new_id("dec"),
        prompts=prompts,
        seal=seal,
        decision=decision,
        article_count=articles_remembered(situation.reader, situation.now),
        supporter=situation.supporter,
        passport=page_view.request.passport,
        is_local=page_view.request.passport is not None,
        day=page_view.now.day,
        explains=True,
    )


def make_preview(services: Services, wish: PreviewRequest) -> dict[str, str]:
    """Return the parts of a preview link. Raise NotFoundError if the campaign or the variant does not exist."""
    snapshot = services.part(SnapshotHolder).current().site(wish.site)
    expires_at = int(services.clock().timestamp()) + wish.seconds
    preview = Preview(wish.site, wish.campaign, wish.variant, wish.is_draft, expires_at)
    candidate = previewed(snapshot, preview)
    if candidate is None:
        raise NotFoundError("no such campaign")
    if wish.variant and wish.variant not in {variant.key for variant in candidate.campaign.variants}:
        raise NotFoundError("no such variant")
    text = seal_preview(services.keys, preview)
    return {"preview": text, "query": f"keepopen_preview={text}", "expires_at": as_datetime(expires_at).isoformat()}
