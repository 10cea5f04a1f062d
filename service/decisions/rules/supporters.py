"""Who supports the site, as far as this reader's history tells, and what that means for being asked."""

from dataclasses import replace

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import SupporterState
from service.campaigns.site import Site, SupporterPolicy
from service.decisions.rules.rule import ACCESS, Prepared, rule
from service.decisions.rules.verdict import Verdict, failed, listed, passed
from service.decisions.situation import Situation
from service.money import Interval
from service.readers.reader import NOTHING_GIVEN, Giving, RecurringState
from service.readers.site_time import DAY_SECONDS, SiteTime, as_datetime, months_after

_FOREVER = 1 << 62


def supporter_state(giving: Giving, policy: SupporterPolicy, now: SiteTime) -> SupporterState:
    return SupporterState.NONE if giving is NOTHING_GIVEN else _state_and_end(giving, policy, now)[0]


def state_ends_at(giving: Giving, policy: SupporterPolicy, now: SiteTime) -> int | None:
    """When the present state would change if nothing more happens; None: never."""
    ends_at = _state_and_end(giving, policy, now)[1]
    return None if ends_at >= _FOREVER else ends_at


def _state_and_end(giving: Giving, policy: SupporterPolicy, now: SiteTime) -> tuple[SupporterState, int]:
    """Recurring comes before past due, past due before one-off, one-off before lapsed."""
    recurring_ends = _recurring_ends_at(giving, policy)
    if recurring_ends > now.instant:
        is_failing = giving.recurring is RecurringState.PAST_DUE
        return (SupporterState.PAST_DUE if is_failing else SupporterState.RECURRING), recurring_ends
    one_off_at = now.believed(giving.one_off_at)
    one_off_ends = one_off_at + policy.one_off_days * DAY_SECONDS if one_off_at else 0
    if one_off_ends > now.instant:
        return SupporterState.ONE_OFF, one_off_ends
    ended_at = max(recurring_ends, one_off_ends)
    if not ended_at:
        return SupporterState.NONE, _FOREVER
    lapsed_until = _lapsed_until(ended_at, policy.lapsed_months, now)
    return (SupporterState.LAPSED, lapsed_until) if lapsed_until > now.instant else (SupporterState.NONE, _FOREVER)


def _recurring_ends_at(giving: Giving, policy: SupporterPolicy) -> int:
    """When the recurring contribution stops counting; 0: there was none."""
    match giving.recurring:
        case RecurringState.ACTIVE:
            return _FOREVER
        case RecurringState.PAST_DUE:
            return _FOREVER if policy.past_due_days is None else giving.past_due_at + policy.past_due_days * DAY_SECONDS
        case RecurringState.CANCELLED:
            return max(giving.paid_until, giving.ended_at)
        case RecurringState.NONE:
            return giving.ended_at


def _lapsed_until(ended_at: int, months: int | None, now: SiteTime) -> int:
    """The same local time of day, calendar months later, on that month's last day where the day does not exist."""
    if months is None:
        return _FOREVER
    ended = as_datetime(ended_at).astimezone(now.zone)
    day = months_after(ended.toordinal(), months)
    later = ended.fromordinal(day)
    return int(ended.replace(year=later.year, month=later.month, day=later.day).timestamp())


def _has_contribution_days(campaign: Campaign, _site: Site) -> bool:
    return campaign.cool_off.one_off_days is not None or campaign.cool_off.recurring_days is not None


@rule(stage=ACCESS)
def supporter(prepared: Prepared, situation: Situation) -> Verdict:
    """The supporter states a campaign asks. A state not yet known is never asked.

    Where the campaign has a cool-off of its own for the kind of contribution, that one decides instead.
    """
    state, limit = situation.supporter, listed(prepared.campaign.reader.supporters)
    if _is_left_to_cool_off(prepared, state):
        return passed(state, limit, note="left to the cool-off after a contribution")
    if state in prepared.campaign.reader.supporters and state is not SupporterState.UNKNOWN:
        return passed(state, limit)
    giving = situation.reader.giving if situation.reader else Giving()
    changes_at = (
        None if state is SupporterState.UNKNOWN else state_ends_at(giving, situation.site.supporters, situation.now)
    )
    return failed(state, limit, passes_at=changes_at)


def _is_left_to_cool_off(prepared: Prepared, state: SupporterState) -> bool:
    cool_off = prepared.campaign.cool_off
    if state is SupporterState.ONE_OFF:
        return cool_off.one_off_days is not None
    return state is SupporterState.RECURRING and cool_off.recurring_days is not None


@rule(_has_contribution_days, stage=ACCESS)
def after_contribution(prepared: Prepared, situation: Situation) -> Verdict:
    """Silent while a one-off or recurring contribution is younger than the campaign's own days x 24 h."""
    cool_off, reader, now = prepared.campaign.cool_off, situation.reader, situation.now
    giving = reader.giving if reader else Giving()
    one_off_at, recurring_at = now.believed(giving.one_off_at), now.believed(giving.recurring_at)
    kinds = ((one_off_at, cool_off.one_off_days), (recurring_at, cool_off.recurring_days))
    ends_at = max((at + days * DAY_SECONDS for at, days in kinds if at and days is not None), default=0)
    limit = max(cool_off.one_off_days or 0, cool_off.recurring_days or 0)
    if now.instant >= ends_at:
        return passed(None, limit, note="days since a contribution")
    age_days = max(0, now.instant - max(one_off_at, recurring_at)) // DAY_SECONDS
    return failed(age_days, limit, passes_at=ends_at, note="days since a contribution")


def contributed(giving: Giving, interval: Interval, instant: int) -> Giving:
    """After a contribution: a checkout begun is finished."""
    if interval is Interval.ONE_OFF:
        return replace(giving, one_off_at=instant, checkout_at=0)
    return replace(
        giving,
        recurring=RecurringState.ACTIVE,
        recurring_interval=interval,
        recurring_at=instant,
        past_due_at=0,
        paid_until=0,
        ended_at=0,
        checkout_at=0,
    )


def refunded(giving: Giving, before_at: int = 0) -> Giving:
    """A refunded one-off contribution never was; the one given before it (0: none) is the latest again."""
    return replace(giving, one_off_at=before_at)
