"""Signed, short-lived links that show a campaign as it would look, whoever asks: for editors, drafts included.

A preview obeys the kill switches and needs a place on the page. It spends no cap, counts in no experiment, leaves no
trace in the reader's history, and explains what readers would see instead.
"""

import json
from dataclasses import astuple, dataclass

from service.campaigns.campaign import Kind, Status
from service.campaigns.gate import Strength
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.assignment import Assigned
from service.decisions.compile import Candidate, CompiledSite, compile_campaign
from service.decisions.decide_view import Answer, Offered, PageView, prompt_token, take_view
from service.decisions.decision import Access, AccessState, Choice, Decision
from service.decisions.prompt import prompt_of
from service.decisions.prompt_token import prompt_sealer, seal_prompt_token
from service.decisions.rules.articles import articles_remembered
from service.decisions.rules.switches import switched_off
from service.decisions.situation import Situation
from service.errors import NotFoundError
from service.ids import new_id
from service.readers.passport import PassportSealer
from service.readers.site_time import as_datetime
from service.sealing import KeyRing
from service.services import Services

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


def answer_preview(
    site: CompiledSite, sealer: PassportSealer, page_view: PageView, shown: tuple[Preview, Candidate]
) -> Answer:
    """Answer an editor with the previewed campaign, and with the traces of what readers would get. Changes nothing."""
    preview, candidate = shown
    token_sealer = prompt_sealer(sealer.keys)
    situation, decision, _ = take_view(site, page_view, explains=True)
    decision = preview_decision(candidate, preview, situation, decision)
    prompts = tuple(prompt_of(choice, situation) for choice in decision.choices)
    return Answer(
        decision_id=new_id("dec"),
        prompts=tuple(
            Offered(
                one,
                seal_prompt_token(token_sealer, prompt_token(one, situation)._replace(is_preview=True)),
            )
            for one in prompts
        ),
        decision=decision,
        article_count=articles_remembered(situation.reader, page_view.now),
        supporter=situation.supporter,
        passport=page_view.request.passport,
        is_local=page_view.request.passport is not None,
        day=page_view.now.day,
        explains=True,
    )


def make_preview(services: Services, asked: PreviewRequest) -> dict[str, str]:
    """Make the parts of a preview link. Raises NotFoundError if the campaign or the variant does not exist."""
    snapshot = services.part(SnapshotHolder).current().site(asked.site)
    expires_at = int(services.clock().timestamp()) + asked.seconds
    preview = Preview(asked.site, asked.campaign, asked.variant, asked.is_draft, expires_at)
    candidate = previewed(snapshot, preview)
    if candidate is None:
        raise NotFoundError("no such campaign")
    if asked.variant and asked.variant not in {one.key for one in candidate.prepared.campaign.variants}:
        raise NotFoundError("no such variant")
    text = seal_preview(services.keys, preview)
    return {"preview": text, "query": f"keepopen_preview={text}", "expires_at": as_datetime(expires_at).isoformat()}
