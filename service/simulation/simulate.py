"""Live a simulation: the same engine that answers readers, one decision with its trace per page view."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from service.campaigns.reader_rules import SupporterState
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.compile import CompiledSite, compile_site
from service.decisions.decide_view import PageView, take_view, under_consent
from service.decisions.decision import Decision
from service.decisions.prompt import Prompt, prompt_of
from service.decisions.rules.articles import articles_remembered
from service.decisions.rules.supporters import contributed, refunded
from service.decisions.situation import Visit
from service.decisions.view import host_of, visit_of
from service.money import Interval
from service.readers.impressions import (
    PromptEvent,
    arm_fingerprint,
    campaign_fingerprint,
    record_contribution,
    record_event,
    record_once,
)
from service.readers.passport_cookie import Edge, RequestContext
from service.readers.reader import Giving, Reader, RecurringState, new_reader
from service.readers.site_time import in_utc, site_time_at
from service.simulation.simulation import EventStep, Happening, Simulation, StartReader, ViewStep
from service.simulation.start_reader import one_offs_at_start, reader_at_start


@dataclass(frozen=True, slots=True)
class SimulatedView:
    """One page view of a simulation: `step` counts all steps of the file from 1."""

    step: int
    at: datetime
    local_at: datetime
    decision: Decision
    prompts: tuple[Prompt, ...]
    article_count: int
    supporter: SupporterState


@dataclass(frozen=True, slots=True)
class _Life:
    """Where the simulated reader stands. `arms`: fingerprint of what was last shown of each campaign, None where that
    was without consent. `shown`: what the last view showed. `one_offs`: when the reader gave once, oldest first; a
    refund takes the latest back."""

    reader: Reader
    facts: StartReader
    is_supporter_known: bool
    arms: Mapping[str, int | None] = field(default_factory=dict)
    one_offs: tuple[int, ...] = ()
    shown: tuple[str, ...] = ()


def simulate(simulation: Simulation) -> Iterator[SimulatedView]:
    """Each page view's decision, in the order of the steps."""
    zone = ZoneInfo(simulation.site.timezone)
    site = compile_site(SiteSnapshot(simulation.site, zone, simulation.campaigns, raised_minor=simulation.raised_minor))
    first_at = in_utc(simulation.steps[0].at, zone) if simulation.steps else datetime(1970, 1, 2, tzinfo=zone)
    is_known = simulation.reader.supporter.state.value != SupporterState.UNKNOWN
    reader = reader_at_start(simulation, site, first_at)
    life = _Life(reader, simulation.reader, is_known, one_offs=one_offs_at_start(simulation.reader, reader, zone))
    for number, step in enumerate(simulation.steps, 1):
        at = in_utc(step.at, zone)
        if isinstance(step, ViewStep):
            life, lived = _view(site, life, step, at, number)
            if simulation.sees_prompts:
                for prompt in lived.prompts:
                    life = _reported(life, PromptEvent.SEEN, prompt.campaign, int(at.timestamp()))
            yield lived
        else:
            life = _event(life, step, at, zone)


def _view(site: CompiledSite, life: _Life, step: ViewStep, at: datetime, number: int) -> tuple[_Life, SimulatedView]:
    now = site_time_at(at, site.zone)
    visit = _visit(site, life.facts, step)
    reader = under_consent(life.reader, visit.consent, life.facts.bucket or 0)
    if reader is not None and life.facts.bucket is None:
        reader = reader._replace(bucket=None)
    page_view = PageView(step.view, visit, reader, now)
    situation, decision, after = take_view(site, page_view, is_supporter_known=life.is_supporter_known, explains=True)
    prompts = tuple(prompt_of(choice, situation) for choice in decision.choices)
    shown = {
        one.campaign: arm_fingerprint(one.variant, is_counted=one.is_counted) if reader else None for one in prompts
    }
    life = replace(life, reader=after or life.reader, arms={**life.arms, **shown}, shown=tuple(shown))
    count = articles_remembered(after, now)
    return life, SimulatedView(number, at, at.astimezone(site.zone), decision, prompts, count, situation.supporter)


def _visit(site: CompiledSite, facts: StartReader, step: ViewStep) -> Visit:
    """The view's own facts, and the reader's standing ones where it has none. The country is taken as told. The
    publication's own services are asked about signed-in readers only."""
    told = step.view.facts.browser
    browser = told._replace(
        consent=told.consent or facts.consent,
        language=told.language or facts.language,
        device=told.device or facts.device,
        referrer_host=told.referrer_host or host_of(facts.referrer),
    )
    view = step.view._replace(facts=replace(step.view.facts, browser=browser))
    visit = visit_of(view, RequestContext(edge=Edge(country=told.country or facts.country)), site.site)
    return visit._replace(
        is_signed_in=facts.is_signed_in,
        is_verified=facts.is_verified,
        is_staff=facts.is_staff,
        audiences=facts.audiences if facts.is_signed_in else None,
        is_suppressed=facts.is_suppressed and facts.is_signed_in,
        purpose=step.purpose,
    )


def _event(life: _Life, step: EventStep, at: datetime, zone: ZoneInfo) -> _Life:
    instant = int(at.timestamp())
    match step.event:
        case Happening.SEEN | Happening.DISMISSED | Happening.CLICKED:
            return _told(life, step, instant)
        case Happening.CONTRIBUTED:
            return _contributed(life, step.interval, step.campaign, instant)
        case Happening.SIGNED_IN | Happening.SIGNED_OUT:
            return replace(life, facts=replace(life.facts, is_signed_in=step.event is Happening.SIGNED_IN))
        case Happening.ERASED:
            return replace(life, reader=new_reader(instant, life.facts.bucket, life.reader.salt))
        case Happening.REFUNDED:
            kept = life.one_offs[:-1]
            giving = refunded(life.reader.giving, max(kept, default=0))
            return replace(life, reader=life.reader._replace(giving=giving), is_supporter_known=True, one_offs=kept)
        case _:
            giving = _giving_after(life.reader.giving, step, instant, zone)
            return replace(life, reader=life.reader._replace(giving=giving), is_supporter_known=True)


def _giving_after(giving: Giving, step: EventStep, instant: int, zone: ZoneInfo) -> Giving:
    match step.event:
        case Happening.CHECKOUT_STARTED:
            return replace(giving, checkout_at=instant, checkout_interval=step.interval)
        case Happening.PAYMENT_FAILED:
            began_at = giving.past_due_at or instant  # a further try that fails begins nothing anew
            return replace(giving, recurring=RecurringState.PAST_DUE, past_due_at=began_at)
        case Happening.PAYMENT_RECOVERED:
            return replace(giving, recurring=RecurringState.ACTIVE, past_due_at=0)
        case Happening.CANCELLED:
            until = int(in_utc(step.paid_until, zone).timestamp()) if step.paid_until else instant
            return replace(giving, recurring=RecurringState.CANCELLED, paid_until=until)
        case _:
            return replace(giving, recurring=RecurringState.NONE, ended_at=instant)


def _contributed(life: _Life, interval: Interval, campaign: str | None, instant: int) -> _Life:
    reader = life.reader._replace(giving=contributed(life.reader.giving, interval, instant))
    if campaign is not None:
        reader = record_contribution(reader, campaign_fingerprint(campaign))
    one_offs = (*life.one_offs, instant) if interval is Interval.ONE_OFF else life.one_offs
    return replace(life, reader=reader, is_supporter_known=True, one_offs=one_offs)


def _told(life: _Life, step: EventStep, instant: int) -> _Life:
    """What the widget reports of one prompt, or of all that the last view showed; once where the event has an id."""
    if step.event_id is not None:
        reader = record_once(life.reader, step.event_id)
        if reader is None:
            return life
        life = replace(life, reader=reader)
    for campaign in life.shown if step.campaign is None else (step.campaign,):
        life = _reported(life, PromptEvent(step.event.value), campaign, instant)
    return life


def _reported(life: _Life, event: PromptEvent, campaign: str, instant: int) -> _Life:
    """What the reader did with a prompt; without consent nothing of it is kept."""
    arm = life.arms.get(campaign, 0)
    if arm is None:
        return life
    return replace(life, reader=record_event(life.reader, event, campaign_fingerprint(campaign), arm, instant))
