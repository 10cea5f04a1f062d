"""Which changes need a second person: a gate that is switched on, and limits of a site that become looser."""

from collections.abc import Iterator

from service.campaigns.campaign import Campaign, Kind, Status
from service.campaigns.frequency import SiteFrequency
from service.campaigns.site import Site


def gate_switched_on(published: Campaign | None, draft: Campaign) -> tuple[str, ...]:
    """Return a sentence if publishing the draft switches a gate on that was off."""
    was_on = published is not None and published.kind is Kind.GATE and _is_on(published)
    return ("It switches a gate on.",) if draft.kind is Kind.GATE and _is_on(draft) and not was_on else ()


def limits_loosened(published: Site | None, draft: Site) -> tuple[str, ...]:
    """Return a sentence for every limit of a site that becomes looser. A site's first version loosens none."""
    return tuple(_loosened(published, draft)) if published is not None else ()


def _is_on(campaign: Campaign) -> bool:
    return campaign.status is not Status.ARCHIVED and not campaign.is_paused


def _loosened(before: Site, after: Site) -> Iterator[str]:
    if after.attention.prompts_per_view > before.attention.prompts_per_view:
        yield "It allows more prompts on a page view."
    if after.attention.overlays_per_view > before.attention.overlays_per_view:
        yield "It allows more overlays on a page view."
    if after.silence_after_closing_seconds < before.silence_after_closing_seconds:
        yield "It shortens the silence after a reader closes a prompt."
    if _is_looser(before.frequency, after.frequency):
        yield "It loosens the limits over all campaigns."
    if set(before.quiet_hours) - set(after.quiet_hours):
        yield "It takes away quiet hours."
    yield from _amounts(before, after)


def _is_looser(before: SiteFrequency, after: SiteFrequency) -> bool:
    kept = all(
        any(cap.days >= old.days and cap.impressions <= old.impressions for cap in after.caps) for old in before.caps
    )
    gap = before.gap is None or (after.gap is not None and after.gap.seconds >= before.gap.seconds)
    daily = before.daily is None or (after.daily is not None and after.daily.impressions <= before.daily.impressions)
    return not (kept and gap and daily)


def _amounts(before: Site, after: Site) -> Iterator[str]:
    for limit in after.amount_limits:
        old = before.limit(limit.currency, limit.interval)
        if old and (limit.minimum_minor < old.minimum_minor or limit.maximum_minor > old.maximum_minor):
            yield f"It widens the limits of amounts in {limit.currency}."
            return
