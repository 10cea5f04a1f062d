"""Whether a campaign hides another: it comes first and is shown in every case in which the other could be."""

from datetime import datetime
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.frequency import NO_LIMIT
from service.campaigns.page_rules import PageCondition, PageRules
from service.campaigns.reader_rules import ArticleCount, Inclusion, ReaderRules
from service.campaigns.schedule import Schedule, ends_before, starts_at

_TAKEN = {
    PageCondition.NEVER: frozenset({False}),
    PageCondition.ALSO: frozenset({False, True}),
    PageCondition.ONLY: frozenset({True}),
}
_IN_GROUP = {
    Inclusion.EXCLUDE: frozenset({False}),
    Inclusion.INCLUDE: frozenset({False, True}),
    Inclusion.ONLY: frozenset({True}),
}


def shadows(front: Campaign, behind: Campaign, zone: ZoneInfo) -> bool:
    """Return True if `front`, which is considered first, is certainly shown wherever `behind` could be."""
    if front.is_paused or front.share < 1 or (front.kind is Kind.GATE) != (behind.kind is Kind.GATE):
        return False
    if front.kind is not Kind.GATE and (front.placement is not behind.placement or not _always_shows(front)):
        return False
    return (
        _covers_schedule(front.schedule, behind.schedule, zone)
        and _covers_pages(front.page, behind.page)
        and _covers_readers(front.reader, behind.reader)
    )


def _always_shows(campaign: Campaign) -> bool:
    """Return whether only rules about time, page and reader can keep a campaign from being shown."""
    cool_off, experiment = campaign.cool_off, campaign.experiment
    is_unlimited = campaign.frequency == NO_LIMIT or campaign.frequency.is_always_asking
    has_cool_off = (
        cool_off.dismissal_seconds or cool_off.until_shown_again or cool_off.ends_after_dismissals is not None
    )
    has_goal = any(variant.ticker and variant.ticker.stops_at_goal for variant in campaign.variants)
    return (
        is_unlimited
        and not (has_cool_off and campaign.is_dismissible)
        and not has_goal
        and not (experiment and experiment.holdout_share)
    )


def _covers_schedule(front: Schedule, behind: Schedule, zone: ZoneInfo) -> bool:
    return (
        _opens(front, zone) <= _opens(behind, zone)
        and _closes(behind, zone) <= _closes(front, zone)
        and _covers(front.weekdays, behind.weekdays)
        and (front.hours is None or front.hours == behind.hours)
    )


def _opens(schedule: Schedule, zone: ZoneInfo) -> float:
    return starts_at(schedule.starts, zone).timestamp() if schedule.starts else float("-inf")


def _closes(schedule: Schedule, zone: ZoneInfo) -> float:
    ends: datetime | None = ends_before(schedule.ends, zone) if schedule.ends else None
    return ends.timestamp() if ends else float("inf")


def _covers(front: frozenset[str] | None, behind: frozenset[str] | None) -> bool:
    """Return whether a rule's list accepts all that another accepts. None is no rule and accepts everything."""
    return front is None or (behind is not None and behind <= front)


def _covers_pages(front: PageRules, behind: PageRules) -> bool:
    return (
        _covers(front.types, behind.types)
        and _covers_names(front, behind)
        and front.sections_none <= behind.sections_none
        and front.tags_none <= behind.tags_none
        and _covers(front.page_ids_any, behind.page_ids_any)
        and front.page_ids_none <= behind.page_ids_none
        and _covers(front.accesses, behind.accesses)
        and _TAKEN[behind.sensitive] <= _TAKEN[front.sensitive]
        and _TAKEN[behind.paid] <= _TAKEN[front.paid]
    )


def _covers_names(front: PageRules, behind: PageRules) -> bool:
    """Compare sections and tags together, because a match in either list is enough."""
    if front.sections_any is None and front.tags_any is None:
        return True
    if behind.sections_any is None and behind.tags_any is None:
        return False
    nothing: frozenset[str] = frozenset()
    sections_fit = (behind.sections_any or nothing) <= (front.sections_any or nothing)
    return sections_fit and (behind.tags_any or nothing) <= (front.tags_any or nothing)


def _covers_readers(front: ReaderRules, behind: ReaderRules) -> bool:
    return (
        all(any(_covers_count(count, other) for other in behind.article_counts) for count in front.article_counts)
        and behind.supporters <= front.supporters
        and _covers_facts(front, behind)
        and _covers(front.consents, behind.consents)
        and _covers(front.countries_any, behind.countries_any)
        and front.countries_none <= behind.countries_none
        and (not front.countries_none or bool(behind.countries_none or behind.countries_any))
        and _covers(front.devices, behind.devices)
        and _covers(front.referrers_any, behind.referrers_any)
        and front.referrers_none <= behind.referrers_none
        and _covers(front.languages_any, behind.languages_any)
        and _IN_GROUP[behind.one_off_only_countries] <= _IN_GROUP[front.one_off_only_countries]
        and _IN_GROUP[behind.holdout] <= _IN_GROUP[front.holdout]
    )


def _covers_count(front: ArticleCount, behind: ArticleCount) -> bool:
    is_same_window = (front.weeks, front.days, front.topics) == (behind.weeks, behind.days, behind.topics)
    low = front.minimum is None or (behind.minimum is not None and front.minimum <= behind.minimum)
    high = front.maximum is None or (behind.maximum is not None and behind.maximum <= front.maximum)
    return is_same_window and low and high


def _covers_facts(front: ReaderRules, behind: ReaderRules) -> bool:
    """Compare the rules that can only be equal or absent: `front` must have an equal rule, or none."""
    pairs = (
        (front.is_reading_more, behind.is_reading_more),
        (front.favourite_topics_any, behind.favourite_topics_any),
        (front.is_signed_in, behind.is_signed_in),
        (front.abandoned_checkout, behind.abandoned_checkout),
        (front.just_contributed, behind.just_contributed),
        (front.external_audiences_any, behind.external_audiences_any),
        (front.recurring_below, behind.recurring_below),
    )
    same_age = front.first_seen in {behind.first_seen, ReaderRules().first_seen}
    same_rules = all(ahead is None or ahead == other for ahead, other in pairs)
    return same_age and same_rules and not front.is_suppressible
