"""Whether a campaign is on at all, and whether the page has a place for it."""

from service.campaigns.campaign import Campaign, Status
from service.campaigns.site import Switches
from service.decisions.rules.rule import PAGE, Prepared, rule
from service.decisions.rules.verdict import Verdict, listed, passed_if
from service.decisions.situation import Situation


@rule(scope=PAGE)
def status(prepared: Prepared, _situation: Situation) -> Verdict:
    status = prepared.campaign.status
    return passed_if(status is Status.LIVE, status.value, "live")


@rule(scope=PAGE)
def switch(prepared: Prepared, situation: Situation) -> Verdict:
    """The kill switches: everything, the site, a kind, a placement, this campaign."""
    off = switched_off(prepared.campaign, situation.site.switches)
    return passed_if(off is None, off or "on", "on")


@rule(scope=PAGE)
def placement(prepared: Prepared, situation: Situation) -> Verdict:
    placement, offered = prepared.campaign.placement, situation.page.placements
    return passed_if(placement in offered, placement.value, listed(offered))


def switched_off(campaign: Campaign, switches: Switches) -> str | None:
    """Which switch is off, or None."""
    if switches.is_paused:
        return "site paused"
    if campaign.kind in switches.paused_kinds:
        return f"kind {campaign.kind} paused"
    if campaign.placement in switches.paused_placements:
        return f"placement {campaign.placement} paused"
    return "campaign paused" if campaign.is_paused else None
