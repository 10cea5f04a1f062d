"""Build the reader that a simulation starts with, with the functions that count a real reader's history."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from service.campaigns.page_rules import PageAccess
from service.campaigns.reader_rules import Consent
from service.decisions.compile import CompiledSite
from service.decisions.rules.meter import spend
from service.decisions.rules.supporters import contributed, supporter_state
from service.decisions.situation import Page, Situation, Visit
from service.money import Interval
from service.readers.history import choosing, topic_fingerprint
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_contribution, record_event
from service.readers.reader import HISTORY_DAYS, HISTORY_WEEKS, History, Reader, RecurringState, Support, new_reader
from service.readers.site_time import in_utc, instant_of, site_time_at, week_of
from service.readers.topics import bounded, topic_cells
from service.simulation.simulation import (
    EventStep,
    FreeArticles,
    Simulation,
    StartReader,
    StartState,
    StartSupport,
    Step,
)


def reader_at_start(simulation: Simulation, site: CompiledSite, first_at: datetime) -> Reader:
    """Return the reader just before the first step. Articles with a later date are ignored."""
    written, zone = simulation.reader, site.zone
    reader = new_reader(_first_seen_at(simulation, first_at, zone), written.bucket, salt=0)
    reader = replace(reader, history=_history(written, first_at, site))
    reader = _with_prompts(reader, written, zone)
    currency = simulation.site.currency
    support = _support(written.supporter, first_at, zone, currency)
    for past in sorted(written.contributions, key=lambda contribution: _instant(contribution.at, zone)):
        support = contributed(support, past.interval, _instant(past.at, zone), past.amount.money(currency))
        if past.campaign is not None:
            reader = record_contribution(reader, campaign_fingerprint(past.campaign))
    if written.abandoned_checkout is not None:
        started = written.abandoned_checkout
        support = replace(support, checkout_at=_instant(started.at, zone), checkout_interval=started.interval)
    reader = reader.with_support(support)
    if not written.counts_articles:
        reader = choosing(reader, int(first_at.timestamp()), counts_articles=False)
    for free in written.free_articles:
        reader = _with_free_articles(reader, free, site, written)
    return reader


def one_offs_at_start(written: StartReader, reader: Reader, zone: ZoneInfo) -> tuple[int, ...]:
    """Return the instants of the reader's one-off contributions, oldest first."""
    one_offs = {_instant(past.at, zone) for past in written.contributions if past.interval is Interval.ONE_OFF}
    return tuple(sorted(instant for instant in one_offs | {reader.support.one_off_at} if instant))


def _first_seen_at(simulation: Simulation, first_at: datetime, zone: ZoneInfo) -> int:
    """Return when the reader was first seen, as written.

    If the file does not say, it is the earliest instant in the reader's past, or the first step with consent.
    """
    written = simulation.reader
    if written.first_seen is not None:
        return _instant(written.first_seen, zone)
    days = (instant_of(read.day.toordinal(), 0, zone) for read in written.articles)
    prompts = (_instant(at, zone) for times in (*written.impressions, *written.dismissals) for at in times.at)
    contributions = (_instant(past.at, zone) for past in written.contributions)
    kept_at = next((in_utc(step.at, zone) for step in simulation.steps if _is_kept(step, written.consent)), first_at)
    return min((int(kept_at.timestamp()), *days, *prompts, *contributions))


def _is_kept(step: Step, consent: Consent) -> bool:
    return isinstance(step, EventStep) or (step.view.consent or consent) is not Consent.NONE


def _history(written: StartReader, first_at: datetime, site: CompiledSite) -> History:
    today = site_time_at(first_at, site.zone).day
    days, weeks = [0] * HISTORY_DAYS, [0] * HISTORY_WEEKS
    topics: dict[tuple[bytes, int], int] = {}
    for read in written.articles:
        day = read.day.toordinal()
        week = week_of(day)
        if 0 <= today - day < HISTORY_DAYS:
            days[today - day] += read.count
        if day <= today and week_of(today) - week < HISTORY_WEEKS:
            weeks[week_of(today) - week] += read.count
            for topic in read.topics:
                key = (topic_fingerprint(topic), week)
                topics[key] = topics.get(key, 0) + read.count
    counts = bounded(topic_cells(topics), week_of(today), site.wanted_topics)
    views = sum(read.count for read in written.articles) if written.views is None else written.views
    return History(today, tuple(days), tuple(weeks), counts, b"", views)


def _with_prompts(reader: Reader, written: StartReader, zone: ZoneInfo) -> Reader:
    """Record impressions and dismissals in the order they happened."""
    events = [
        (_instant(at, zone), event, times.campaign)
        for event, past in ((PromptEvent.SEEN, written.impressions), (PromptEvent.DISMISSED, written.dismissals))
        for times in past
        for at in times.at
    ]
    for instant, event, campaign in sorted(events):
        reader = record_event(reader, event, campaign_fingerprint(campaign), 0, instant)
    return reader


def _support(support: StartSupport, first_at: datetime, zone: ZoneInfo, currency: str) -> Support:
    began = _instant(support.at or first_at - timedelta(days=1), zone)
    interval = support.interval if support.interval is not Interval.ONE_OFF else Interval.MONTH
    recurring = contributed(Support(), interval, began, support.amount.money(currency))
    match support.state:
        case StartState.ONE_OFF:
            return contributed(Support(), Interval.ONE_OFF, began)
        case StartState.RECURRING:
            return recurring
        case StartState.PAST_DUE:
            return replace(recurring, recurring=RecurringState.PAST_DUE, past_due_at=began)
        case StartState.CANCELLED:
            until = _instant(support.paid_until or first_at, zone)
            return replace(recurring, recurring=RecurringState.CANCELLED, paid_until=until)
        case StartState.LAPSED:
            return Support(ended_at=began)
        case StartState.NONE | StartState.UNKNOWN:
            return Support()


def _with_free_articles(reader: Reader, free: FreeArticles, site: CompiledSite, written: StartReader) -> Reader:
    now = site_time_at(in_utc(free.at, site.zone), site.zone)
    gate = next((found.campaign for found in site.gates if found.campaign.key == free.gate), None)
    if gate is None:
        return reader
    visit = Visit(consent=written.consent, is_signed_in=written.is_signed_in, is_verified=written.is_verified)
    for page_id in free.pages:
        page = Page(page_id=page_id, access=PageAccess.METERED)
        state = supporter_state(reader.support, site.site.supporters, now)
        reader = spend(reader, gate, Situation(site.site, page, visit, reader, state, now))
    return reader


def _instant(at: datetime, zone: ZoneInfo) -> int:
    return int(in_utc(at, zone).timestamp())
