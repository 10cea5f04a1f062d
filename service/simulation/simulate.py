"""Run a simulation with the code that decides for real readers: a decision with its trace for each page view."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from service.campaigns.reader_rules import SupporterState
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.compile import CompiledSite, compile_site
from service.decisions.decide_view import PageView, take_view, under_consent
from service.decisions.decision import Decision
from service.decisions.prompt import Prompt, prompts_of
from service.decisions.prompt_token import ShownPrompt
from service.decisions.rules.articles import articles_remembered
from service.decisions.rules.supporters import contributed, refunded
from service.decisions.situation import Visit
from service.decisions.view import host_of, visit_of
from service.money import Interval
from service.readers.history import choosing
from service.readers.impressions import (
    PromptEvent,
    arm_fingerprint,
    campaign_fingerprint,
    record_contribution,
    record_event,
    record_once,
)
from service.readers.passports.passport_cookie import Edge, RequestContext
from service.readers.reader import Reader, RecurringState, Support, new_reader
from service.readers.site_time import in_utc, site_time_at
from service.simulation.simulation import EventStep, ReaderEvent, Simulation, StartReader, ViewStep
from service.simulation.start_reader import one_offs_at_start, reader_at_start


@dataclass(frozen=True, slots=True)
class SimulatedView:
    """A page view of a simulation. `step`: its number among all steps of the file, from 1."""

    step: int
    at: datetime
    local_at: datetime
    decision: Decision
    prompts: tuple[Prompt, ...]
    article_count: int
    supporter: SupporterState


@dataclass(frozen=True, slots=True)
class _ReaderState:
    """The simulated reader after some steps. `arms`: fingerprint of the variant last shown of each campaign.

    An arm is None if it was shown without consent. `one_offs`: the instants of one-off contributions, oldest first; a
    refund removes the latest. `shown`: the campaigns that the last view showed.
    """

    reader: Reader
    facts: StartReader
    is_supporter_known: bool
    currency: str
    arms: Mapping[str, int | None] = field(default_factory=dict)
    one_offs: tuple[int, ...] = ()
    shown: tuple[str, ...] = ()


Reaction = Callable[[SimulatedView], Iterable[EventStep]]


def simulate(simulation: Simulation) -> Iterator[SimulatedView]:
    """Yield the decision of each page view, in the order of the steps."""
    zone = ZoneInfo(simulation.site.timezone)
    site = compile_site(SiteSnapshot(simulation.site, zone, simulation.campaigns, raised_minor=simulation.raised_minor))
    return simulate_on(site, simulation)


def simulate_on(
    site: CompiledSite,
    simulation: Simulation,
    reaction: Reaction | None = None,
    *,
    carried: Reader | None = None,
    explains: bool = True,
) -> Iterator[SimulatedView]:
    """Yield the decision of each page view on a site that is compiled already, so that many readers can share it.

    `reaction`: returns what the reader does after a view. `carried`: the history that the reader starts with, instead
    of the one that the simulation describes. Without `explains`, the decisions have no traces.
    """
    zone = site.zone
    first_at = in_utc(simulation.steps[0].at, zone) if simulation.steps else datetime(1970, 1, 2, tzinfo=zone)
    is_known = simulation.reader.supporter.state.value != SupporterState.UNKNOWN
    reader = reader_at_start(simulation, site, first_at) if carried is None else carried
    one_offs = one_offs_at_start(simulation.reader, reader, zone)
    state = _ReaderState(reader, simulation.reader, is_known, site.site.currency, one_offs=one_offs)
    for number, step in enumerate(simulation.steps, 1):
        at = in_utc(step.at, zone)
        if isinstance(step, EventStep):
            state = _event(state, step, at, zone)
            continue
        state, view = _view(site, state, step, (at, number), explains=explains)
        if simulation.sees_prompts:
            for prompt in view.prompts:
                state = _reported(state, PromptEvent.SEEN, prompt.shown.campaign, int(at.timestamp()))
        for event in reaction(view) if reaction else ():
            state = _event(state, event, in_utc(event.at, zone), zone)
        yield view


def _view(
    site: CompiledSite, state: _ReaderState, step: ViewStep, numbered: tuple[datetime, int], *, explains: bool
) -> tuple[_ReaderState, SimulatedView]:
    """Decide on a view. `numbered`: the instant of the step and its number."""
    at, number = numbered
    now = site_time_at(at, site.zone)
    visit = _visit(site, state.facts, step)
    reader = under_consent(state.reader, visit.consent, state.facts.bucket or 0)
    if reader is not None and state.facts.bucket is None:
        reader = structs.replace(reader, bucket=None)
    page_view = PageView(step.view, visit, reader, now)
    taken = take_view(site, page_view, is_supporter_known=state.is_supporter_known, explains=explains)
    situation, decision, after = taken.situation, taken.decision, taken.reader
    prompts = tuple(prompts_of(decision.choices, situation))
    shown = {prompt.shown.campaign: _arm(prompt.shown) if reader else None for prompt in prompts}
    state = replace(state, reader=after or state.reader, arms={**state.arms, **shown}, shown=tuple(shown))
    count = articles_remembered(after, now)
    return state, SimulatedView(number, at, at.astimezone(site.zone), decision, prompts, count, situation.supporter)


def _arm(shown: ShownPrompt) -> int:
    return arm_fingerprint(shown.variant, is_counted=shown.is_counted)


def _visit(site: CompiledSite, facts: StartReader, step: ViewStep) -> Visit:
    """Return the visit of a step. Facts that the step leaves out are those of the reader at the start.

    The country counts even if the site does not honour it. Audiences and the suppressor are for signed-in readers.
    """
    sent = step.view
    view = structs.replace(
        sent,
        consent=sent.consent or facts.consent,
        language=sent.language or facts.language,
        device=sent.device or facts.device,
        referrer_host=sent.referrer_host or host_of(facts.referrer),
    )
    visit = visit_of(view, RequestContext(edge=Edge(country=sent.country or facts.country)), site.site)
    return structs.replace(
        visit,
        is_signed_in=facts.is_signed_in,
        is_verified=facts.is_verified,
        is_staff=facts.is_staff,
        audiences=facts.audiences if facts.is_signed_in else None,
        is_suppressed=facts.is_suppressed and facts.is_signed_in,
        purpose=step.purpose,
    )


def _event(state: _ReaderState, step: EventStep, at: datetime, zone: ZoneInfo) -> _ReaderState:
    instant = int(at.timestamp())
    match step.event:
        case ReaderEvent.SEEN | ReaderEvent.DISMISSED | ReaderEvent.CLICKED:
            return _reported_once(state, step, instant)
        case ReaderEvent.CONTRIBUTED:
            return _contributed(state, step, instant)
        case ReaderEvent.SIGNED_IN | ReaderEvent.SIGNED_OUT:
            return replace(state, facts=replace(state.facts, is_signed_in=step.event is ReaderEvent.SIGNED_IN))
        case ReaderEvent.COUNTING_STOPPED | ReaderEvent.COUNTING_RESUMED:
            is_resumed = step.event is ReaderEvent.COUNTING_RESUMED
            return replace(state, reader=choosing(state.reader, instant, counts_articles=is_resumed))
        case ReaderEvent.ERASED:
            return replace(state, reader=new_reader(instant, state.facts.bucket, state.reader.salt))
        case ReaderEvent.REFUNDED:
            kept = state.one_offs[:-1]
            support = refunded(state.reader.support, max(kept, default=0))
            return replace(state, reader=state.reader.with_support(support), is_supporter_known=True, one_offs=kept)
        case _:
            support = _support_after(state.reader.support, step, instant, zone)
            return replace(state, reader=state.reader.with_support(support), is_supporter_known=True)


def _support_after(support: Support, step: EventStep, instant: int, zone: ZoneInfo) -> Support:
    match step.event:
        case ReaderEvent.CHECKOUT_STARTED:
            return structs.replace(support, checkout_at=instant, checkout_interval=step.interval)
        case ReaderEvent.PAYMENT_FAILED:
            began_at = support.past_due_at or instant  # another failed attempt does not restart the days past due
            return structs.replace(support, recurring=RecurringState.PAST_DUE, past_due_at=began_at)
        case ReaderEvent.PAYMENT_RECOVERED:
            return structs.replace(support, recurring=RecurringState.ACTIVE, past_due_at=0)
        case ReaderEvent.CANCELLED:
            until = int(in_utc(step.paid_until, zone).timestamp()) if step.paid_until else instant
            return structs.replace(support, recurring=RecurringState.CANCELLED, paid_until=until)
        case _:
            return structs.replace(support, recurring=RecurringState.NONE, ended_at=instant)


def _contributed(state: _ReaderState, step: EventStep, instant: int) -> _ReaderState:
    amount = step.amount.money(state.currency)
    reader = state.reader.with_support(contributed(state.reader.support, step.interval, instant, amount))
    if step.campaign is not None:
        reader = record_contribution(reader, campaign_fingerprint(step.campaign))
    one_offs = (*state.one_offs, instant) if step.interval is Interval.ONE_OFF else state.one_offs
    return replace(state, reader=reader, is_supporter_known=True, one_offs=one_offs)


def _reported_once(state: _ReaderState, step: EventStep, instant: int) -> _ReaderState:
    """Record a widget's report about a prompt, or about all prompts of the last view.

    A report with an event id counts once.
    """
    if step.event_id is not None:
        reader = record_once(state.reader, step.event_id)
        if reader is None:
            return state
        state = replace(state, reader=reader)
    for campaign in state.shown if step.campaign is None else (step.campaign,):
        state = _reported(state, PromptEvent(step.event.value), campaign, instant)
    return state


def _reported(state: _ReaderState, event: PromptEvent, campaign: str, instant: int) -> _ReaderState:
    """Record what the reader did with a prompt. Record nothing if it was shown without consent."""
    arm = state.arms.get(campaign, 0)
    if arm is None:
        return state
    return replace(state, reader=record_event(state.reader, event, campaign_fingerprint(campaign), arm, instant))
