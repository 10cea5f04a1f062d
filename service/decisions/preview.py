"""Signed, short-lived links that show a campaign as it would look, whoever asks: for editors, drafts included.

A preview obeys the kill switches and needs a place on the page. It spends no cap, counts in no experiment, leaves no
trace in the reader's history, and explains what readers would see instead.
"""

import json
from dataclasses import astuple, dataclass

from service.campaigns.campaign import Kind, Status
from service.campaigns.gate import Strength
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.compile import compile_campaign
from service.decisions.compiled import Candidate
from service.decisions.decision import Access, AccessState, Choice, Decision
from service.decisions.situation import Situation
from service.decisions.switches import switched_off
from service.decisions.variants import Assigned
from service.sealing import KeyRing

MAX_PREVIEW_SECONDS = 7 * 86_400
_PURPOSE = "preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """`is_draft`: the newest saved version instead of the published one. `variant` empty: the first."""

    site: str
    campaign: str
    variant: str
    is_draft: bool
    expires_at: int


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """What an editor asks to see, and for how long the link holds."""

    site: str
    campaign: str
    variant: str
    is_draft: bool
    seconds: int


def seal_preview(ring: KeyRing, preview: Preview) -> str:
    return ring.sealer(_PURPOSE).seal(json.dumps(astuple(preview)).encode())


def open_preview(ring: KeyRing, text: str | None, site: str, instant: int) -> Preview | None:
    """The preview, or None when the text is none of ours, of another site, or no longer in force."""
    plain = ring.sealer(_PURPOSE).open(text) if text else None
    if plain is None:
        return None
    preview = Preview(*json.loads(plain))
    return preview if preview.site == site and instant < preview.expires_at else None


def previewed(snapshot: SiteSnapshot, preview: Preview) -> Candidate | None:
    """The campaign to preview, or None where it is gone or cannot be shown."""
    published = next((one for one in snapshot.campaigns if one.key == preview.campaign), None)
    campaign = snapshot.drafts.get(preview.campaign, published) if preview.is_draft else published
    if campaign is None or campaign.status is Status.ARCHIVED:
        return None
    try:
        return compile_campaign(campaign, snapshot)
    except ValueError:
        return None


def preview_decision(candidate: Candidate, preview: Preview, situation: Situation, decision: Decision) -> Decision:
    """The decision with the previewed campaign alone in it, and the traces of what readers would have got."""
    campaign = candidate.prepared.campaign
    is_off = switched_off(campaign, situation.site.switches) is not None
    if is_off or campaign.placement not in situation.page.placements:
        return Decision(traces=decision.traces)
    variant = next((one for one in campaign.variants if one.key == preview.variant), campaign.variants[0])
    strength = (campaign.gate.strength if campaign.gate else Strength.SOFT) if campaign.kind is Kind.GATE else None
    choice = Choice(candidate.prepared, Assigned(variant, is_counted=False), strength)
    access = Access(AccessState.GATED if strength else AccessState.OPEN, decided_by=campaign.key if strength else None)
    return Decision(choices=(choice,), access=access, traces=decision.traces)
