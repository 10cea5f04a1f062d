"""Rules about whether a campaign is on, and whether the page has its placement."""

from service.campaigns.campaign import Campaign, Status
from service.campaigns.site import Switches
from service.decisions.rules.facts import PLACEMENTS
from service.decisions.rules.rule import BY_MINUTE, Prepared, rule
from service.decisions.rules.verdict import Verdict, passed_if
from service.decisions.situation import Situation


@rule(reads=BY_MINUTE)
def status(prepared: Prepared, _situation: Situation) -> Verdict:
    """Require a live campaign."""
    status = prepared.campaign.status
    return passed_if(status is Status.LIVE, status, "live")


@rule(reads=BY_MINUTE)
def switch(prepared: Prepared, situation: Situation) -> Verdict:
    """Obey the kill switches of the site, the kind, the placement and the campaign."""
    off = switched_off(prepared.campaign, situation.site.switches)
    return passed_if(off is None, off or "on", "on")


@rule(reads=(PLACEMENTS,))
def placement(prepared: Prepared, situation: Situation) -> Verdict:
    """Require that the page has the placement."""
    placement, offered = prepared.campaign.placement, situation.page.placements
    return passed_if(placement in offered, placement, offered)


def switched_off(campaign: Campaign, switches: Switches) -> str | None:
    """Return in words which kill switch stops the campaign, or None."""
    if switches.is_paused:
        return "site paused"
    if campaign.kind in switches.paused_kinds:
        return f"kind {campaign.kind} paused"
    if campaign.placement in switches.paused_placements:
        return f"placement {campaign.placement} paused"
    return "campaign paused" if campaign.is_paused else None
