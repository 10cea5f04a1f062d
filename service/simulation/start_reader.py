"""The reader a simulation starts with: a written past, lived through the same functions that count a real one."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.campaigns.page_rules import PageAccess
from service.campaigns.reader_rules import Consent
from service.decisions.compile import CompiledSite
from service.decisions.rules.meter import spend
from service.decisions.rules.supporters import contributed, supporter_state
from service.decisions.situation import Page, Situation, Visit
from service.money import Interval
from service.readers.history import bounded_topics, topic_fingerprint, topic_histories
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_contribution, record_event
from service.readers.reader import HISTORY_DAYS, HISTORY_WEEKS, Giving, History, Reader, RecurringState, new_reader
from service.readers.site_time import in_utc, instant_of, site_time_at, week_of
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
    """The state just before the first step. Articles dated after it are not believed."""
    written, zone = simulation.reader, site.zone
    reader = new_reader(_first_seen_at(simulation, first_at, zone), written.bucket, salt=0)
    reader = reader._replace(history=_history(written, first_at, site))
    reader = _with_prompts(reader, written, zone)
    giving = _giving(written.supporter, first_at, zone)
    for one in sorted(written.contributions, key=lambda given: _instant(given.at, zone)):
        giving = contributed(giving, one.interval, _instant(one.at, zone))
        if one.campaign is not None:
            reader = record_contribution(reader, campaign_fingerprint(one.campaign))
    if written.abandoned_checkout is not None:
        started = written.abandoned_checkout
        giving = replace(giving, checkout_at=_instant(started.at, zone), checkout_interval=started.interval)
    reader = reader._replace(giving=giving)
    for free in written.free_articles:
        reader = _with_free_articles(reader, free, site, written)
    return reader


def one_offs_at_start(written: StartReader, reader: Reader, zone: ZoneInfo) -> tuple[int, ...]:
    """When the reader gave once, oldest first."""
    given = {_instant(one.at, zone) for one in written.contributions if one.interval is Interval.ONE_OFF}
    return tuple(sorted(one for one in given | {reader.giving.one_off_at} if one))


def _first_seen_at(simulation: Simulation, first_at: datetime, zone: ZoneInfo) -> int:
    """As written; or else when the earliest happened of all that is told of the reader's past, or the first step of
    which anything is kept."""
    written = simulation.reader
    if written.first_seen is not None:
        return _instant(written.first_seen, zone)
    days = (instant_of(read.day.toordinal(), 0, zone) for read in written.articles)
    prompts = (_instant(at, zone) for one in (*written.impressions, *written.dismissals) for at in one.at)
    given = (_instant(one.at, zone) for one in written.contributions)
    kept_at = next((in_utc(step.at, zone) for step in simulation.steps if _is_kept(step, written.consent)), first_at)
    return min((int(kept_at.timestamp()), *days, *prompts, *given))


def _is_kept(step: Step, consent: Consent) -> bool:
    return isinstance(step, EventStep) or (step.view.facts.browser.consent or consent) is not Consent.NONE


def _history(written: StartReader, first_at: datetime, site: CompiledSite) -> History:
    today = site_time_at(first_at, site.zone).day
    days, weeks = [0] * HISTORY_DAYS, [0] * HISTORY_WEEKS
    topics: dict[tuple[int, int], int] = {}
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
    counts = topic_histories(topics)
    views = sum(read.count for read in written.articles) if written.views is None else written.views
    return History(today, tuple(days), tuple(weeks), bounded_topics(counts, site.wanted_topics), b"", views)


def _with_prompts(reader: Reader, written: StartReader, zone: ZoneInfo) -> Reader:
    """Impressions and dismissals in the order they happened."""
    seen = [(_instant(at, zone), PromptEvent.SEEN, one.campaign) for one in written.impressions for at in one.at]
    closed = [(_instant(at, zone), PromptEvent.DISMISSED, one.campaign) for one in written.dismissals for at in one.at]
    for instant, event, campaign in sorted(seen + closed):
        reader = record_event(reader, event, campaign_fingerprint(campaign), 0, instant)
    return reader


def _giving(support: StartSupport, first_at: datetime, zone: ZoneInfo) -> Giving:
    began = _instant(support.at or first_at - timedelta(days=1), zone)
    interval = support.interval if support.interval is not Interval.ONE_OFF else Interval.MONTH
    recurring = contributed(Giving(), interval, began)
    match support.state:
        case StartState.ONE_OFF:
            return contributed(Giving(), Interval.ONE_OFF, began)
        case StartState.RECURRING:
            return recurring
        case StartState.PAST_DUE:
            return replace(recurring, recurring=RecurringState.PAST_DUE, past_due_at=began)
        case StartState.CANCELLED:
            until = _instant(support.paid_until or first_at, zone)
            return replace(recurring, recurring=RecurringState.CANCELLED, paid_until=until)
        case StartState.LAPSED:
            return Giving(ended_at=began)
        case StartState.NONE | StartState.UNKNOWN:
            return Giving()


def _with_free_articles(reader: Reader, free: FreeArticles, site: CompiledSite, written: StartReader) -> Reader:
    now = site_time_at(in_utc(free.at, site.zone), site.zone)
    gate = next((one.prepared.campaign for one in site.gates if one.prepared.campaign.key == free.gate), None)
    if gate is None:
        return reader
    visit = Visit(consent=written.consent, is_signed_in=written.is_signed_in, is_verified=written.is_verified)
    for page_id in free.pages:
        page = Page(page_id=page_id, access=PageAccess.METERED)
        state = supporter_state(reader.giving, site.site.supporters, now)
        reader = spend(reader, gate, Situation(site.site, page, visit, reader, state, now))
    return reader


def _instant(at: datetime, zone: ZoneInfo) -> int:
    return int(in_utc(at, zone).timestamp())
