"""The supporter state of a reader, and the rules that depend on it."""

from msgspec.structs import replace

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import SupporterState
from service.campaigns.site import Site, SupporterPolicy
from service.decisions.rules.facts import SUPPORTER
from service.decisions.rules.rule import ACCESS, FOREVER, Prepared, rule
from service.decisions.rules.verdict import Verdict, failed, passed, passed_if
from service.decisions.situation import Situation
from service.money import Interval, Money
from service.readers.reader import NO_SUPPORT, RecurringState, Support
from service.readers.site_time import DAY_SECONDS, SiteTime, as_datetime, months_after


def supporter_state(support: Support, policy: SupporterPolicy, now: SiteTime) -> SupporterState:
    """Return the supporter state of a reader now."""
    return SupporterState.NONE if support is NO_SUPPORT else _state_and_end(support, policy, now)[0]


def state_ends_at(support: Support, policy: SupporterPolicy, now: SiteTime) -> int | None:
    """Return when the state changes if the reader does nothing, or None if it never changes."""
    ends_at = _state_and_end(support, policy, now)[1]
    return None if ends_at >= FOREVER else ends_at


def _state_and_end(support: Support, policy: SupporterPolicy, now: SiteTime) -> tuple[SupporterState, int]:
    """Return the state and when it ends. Recurring wins over past due, past due over one-off, one-off over lapsed."""
    recurring_ends = _recurring_ends_at(support, policy)
    if recurring_ends > now.instant:
        is_failing = support.recurring is RecurringState.PAST_DUE
        return (SupporterState.PAST_DUE if is_failing else SupporterState.RECURRING), recurring_ends
    one_off_at = now.past_instant(support.one_off_at)
    one_off_ends = one_off_at + policy.one_off_days * DAY_SECONDS if one_off_at else 0
    if one_off_ends > now.instant:
        return SupporterState.ONE_OFF, one_off_ends
    ended_at = max(recurring_ends, one_off_ends)
    if not ended_at:
        return SupporterState.NONE, FOREVER
    lapsed_until = _lapsed_until(ended_at, policy.lapsed_months, now)
    return (SupporterState.LAPSED, lapsed_until) if lapsed_until > now.instant else (SupporterState.NONE, FOREVER)


def _recurring_ends_at(support: Support, policy: SupporterPolicy) -> int:
    """Return when the recurring contribution stops counting, or 0 if there was none."""
    match support.recurring:
        case RecurringState.ACTIVE:
            return FOREVER
        case RecurringState.PAST_DUE:
            return FOREVER if policy.past_due_days is None else support.past_due_at + policy.past_due_days * DAY_SECONDS
        case RecurringState.CANCELLED:
            return max(support.paid_until, support.ended_at)
        case RecurringState.NONE:
            return support.ended_at


def _lapsed_until(ended_at: int, months: int | None, now: SiteTime) -> int:
    """Return the same local time of day, calendar months later.

    If that month has no such day, it is the month's last day.
    """
    if months is None:
        return FOREVER
    ended = as_datetime(ended_at).astimezone(now.zone)
    day = months_after(ended.toordinal(), months)
    later = ended.fromordinal(day)
    return int(ended.replace(year=later.year, month=later.month, day=later.day).timestamp())


def _has_contribution_days(campaign: Campaign, _site: Site) -> bool:
    return campaign.cool_off.one_off_days is not None or campaign.cool_off.recurring_days is not None


@rule(stage=ACCESS, reads=(SUPPORTER,))
def supporter(prepared: Prepared, situation: Situation) -> Verdict:
    """Require a supporter state that the campaign asks. An unknown state is never asked.

    If the campaign has its own cool-off for the kind of contribution, the rule `after_contribution` decides instead.
    """
    state, limit = situation.supporter, prepared.campaign.reader.supporters
    if _is_left_to_cool_off(prepared, state):
        return passed(state, limit, note="left to the cool-off after a contribution")
    if state in prepared.campaign.reader.supporters and state is not SupporterState.UNKNOWN:
        return passed(state, limit)
    changes_at = _state_changes_at(situation) if situation.explains else None
    return failed(state, limit, passes_at=changes_at)


def _state_changes_at(situation: Situation) -> int | None:
    if situation.supporter is SupporterState.UNKNOWN:
        return None
    support = situation.reader.support if situation.reader else Support()
    return state_ends_at(support, situation.site.supporters, situation.now)


def _is_left_to_cool_off(prepared: Prepared, state: SupporterState) -> bool:
    cool_off = prepared.campaign.cool_off
    if state is SupporterState.ONE_OFF:
        return cool_off.one_off_days is not None
    return state is SupporterState.RECURRING and cool_off.recurring_days is not None


@rule(_has_contribution_days, stage=ACCESS)
def after_contribution(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent while a contribution is younger than the campaign's own number of days, at 24 hours each."""
    cool_off, reader, now = prepared.campaign.cool_off, situation.reader, situation.now
    support = reader.support if reader else Support()
    one_off_at, recurring_at = now.past_instant(support.one_off_at), now.past_instant(support.recurring_at)
    kinds = ((one_off_at, cool_off.one_off_days), (recurring_at, cool_off.recurring_days))
    ends_at = max((at + days * DAY_SECONDS for at, days in kinds if at and days is not None), default=0)
    limit = max(cool_off.one_off_days or 0, cool_off.recurring_days or 0)
    if now.instant >= ends_at:
        return passed(None, limit, note="days since a contribution")
    age_days = max(0, now.instant - max(one_off_at, recurring_at)) // DAY_SECONDS
    return failed(age_days, limit, passes_at=ends_at, note="days since a contribution")


def contributed(support: Support, interval: Interval, instant: int, amount: Money | None = None) -> Support:
    """Return the support after a contribution of this amount, if it is known. An open checkout is then finished."""
    if interval is Interval.ONE_OFF:
        return replace(support, one_off_at=instant, checkout_at=0)
    return replace(
        support,
        recurring=RecurringState.ACTIVE,
        recurring_interval=interval,
        recurring_at=instant,
        past_due_at=0,
        paid_until=0,
        ended_at=0,
        checkout_at=0,
        recurring_minor=amount.amount_minor if amount else 0,
        recurring_currency=amount.currency if amount else "",
    )


def refunded(support: Support, before_at: int = 0) -> Support:
    """Return the support after a one-off contribution was refunded. `before_at`: the one before it, or 0."""
    return replace(support, one_off_at=before_at)


@rule(lambda campaign, _: campaign.reader.recurring_below is not None)
def recurring_below(prepared: Prepared, situation: Situation) -> Verdict:
    """Require a running recurring contribution of less than the campaign's amount a month in its currency.

    A yearly contribution counts a twelfth. If it is cancelled, or its amount is not known, the rule fails.
    """
    limits = prepared.campaign.reader.recurring_below or {}
    support = situation.reader.support if situation.reader else NO_SUPPORT
    limit = limits.get(support.recurring_currency)
    is_running = support.recurring in {RecurringState.ACTIVE, RecurringState.PAST_DUE}
    if not is_running or limit is None or not support.recurring_minor:
        return failed(None, None, note="no running recurring contribution of a known amount in a listed currency")
    months = 12 if support.recurring_interval is Interval.YEAR else 1
    monthly_minor = support.recurring_minor / months
    return passed_if(
        support.recurring_minor < limit * months,
        round(monthly_minor, 2),
        limit,
        note=f"minor units of {support.recurring_currency} a month",
    )
