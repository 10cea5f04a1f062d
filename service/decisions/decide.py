"""Should this reader be asked now? The fold of the ordered rules over the campaigns of a site.

The first gate that matches the page decides alone whether the article opens. Appeals then fill the page in order, one
in a placement, within the attention budget, and never beside a gate.
"""

from typing import NamedTuple

from service.campaigns.campaign import OVERLAYS, Placement
from service.campaigns.gate import Strength
from service.campaigns.site import Attention
from service.decisions.compiled import Candidate, CompiledSite, Rule, Stage
from service.decisions.cool_off import is_mandatory
from service.decisions.decision import OPEN, Access, AccessState, Choice, Decision, Outcome, Reason, Trace, access_of
from service.decisions.meter import Metering, metered
from service.decisions.reader import Giving
from service.decisions.shortlist import shortlisted
from service.decisions.site_time import site_time_of
from service.decisions.situation import Purpose, Situation
from service.decisions.supporters import supporter_state
from service.decisions.variants import assign
from service.decisions.verdict import Verdict

_LOOKS_AHEAD = 24  # how often the next possible instant is checked again before it is called unknown


class Asked(NamedTuple):
    """A campaign's rules on one page view: the first that failed, at its stage, and all reasons if they were wanted."""

    blocked_by: str | None = None
    stage: Stage | None = None
    reasons: tuple[Reason, ...] = ()


class _Gated(NamedTuple):
    access: Access = OPEN
    choice: Choice | None = None
    spends_from: Candidate | None = None
    traces: tuple[Trace, ...] = ()


_UNGATED = _Gated()


def decide(site: CompiledSite, situation: Situation, *, explains: bool = False) -> Decision:
    """Pure: same arguments, same decision. `explains` asks every rule, not only up to the first that fails."""
    if explains:
        situation = situation._replace(explains=True)
    asked = site if explains else shortlisted(site, situation)
    gated = _decide_access(asked, situation, explains=explains)
    is_gated = gated.access.state is AccessState.GATED
    if explains:
        choices, traces = _explain_appeals(asked, situation, is_gated=is_gated)
    else:
        choices, traces = _choose_appeals(asked, situation, is_gated=is_gated), ()
    return Decision(
        (gated.choice, *choices) if gated.choice else choices,
        gated.access,
        gated.spends_from.prepared if gated.spends_from else None,
        gated.traces + traces,
    )


def first_failed(candidate: Candidate, situation: Situation) -> Rule | None:
    """The rule that blocks the campaign: the first that does not hold."""
    prepared = candidate.prepared
    for rule in candidate.rules:
        if not rule.judge(prepared, situation).passed:
            return rule
    return None


def ask_rules(candidate: Candidate, situation: Situation, *, explains: bool = True) -> Asked:
    """Fold the campaign's rules. The first that fails blocks it."""
    if not explains:
        failed = first_failed(candidate, situation)
        return Asked(failed.name, failed.stage) if failed else Asked()
    reasons = tuple(Reason(rule.name, rule.judge(candidate.prepared, situation)) for rule in candidate.rules)
    for rule, reason in zip(candidate.rules, reasons, strict=True):
        if not reason.verdict.passed:
            return Asked(rule.name, rule.stage, reasons)
    return Asked(reasons=reasons)


def next_possible_at(candidate: Candidate, situation: Situation) -> int | None:
    """The earliest instant at which all rules would pass on this page, if nothing but time passes."""
    at = situation
    for _ in range(_LOOKS_AHEAD):
        failed = [one.verdict for one in ask_rules(candidate, at).reasons if not one.verdict.passed]
        if not failed:
            return at.now.instant
        later = [verdict.passes_at for verdict in failed if verdict.passes_at is not None]
        if len(later) < len(failed) or max(later) <= at.now.instant:
            return None
        at = _later(at, max(later))
    return None


def _later(situation: Situation, instant: int) -> Situation:
    now = site_time_of(instant, situation.now.zone)
    giving = situation.reader.giving if situation.reader else Giving()
    is_known = situation.supporter == supporter_state(giving, situation.site.supporters, situation.now)
    supporter = supporter_state(giving, situation.site.supporters, now) if is_known else situation.supporter
    return situation._replace(now=now, supporter=supporter)


def _decide_access(site: CompiledSite, situation: Situation, *, explains: bool) -> _Gated:
    traces: list[Trace] = []
    gated: _Gated | None = None
    for gate in site.gates:
        if gated is not None:
            traces.append(Trace(gate.prepared.campaign.key, Outcome.NOT_ASKED, "another_gate"))
            continue
        asked = ask_rules(gate, situation, explains=explains)
        if asked.stage is Stage.MATCH:
            traces.append(_trace(gate, Outcome.BLOCKED, asked, situation))
            continue
        gated = _opened(gate, asked, situation) if asked.blocked_by else _measured(gate, asked, situation)
        traces.extend(gated.traces)
        if not explains:
            break
    if gated is None:
        return _Gated(traces=tuple(traces)) if explains else _UNGATED
    return gated._replace(traces=tuple(traces) if explains else ())


def _opened(gate: Candidate, asked: Asked, situation: Situation) -> _Gated:
    key = gate.prepared.campaign.key
    return _Gated(Access(decided_by=key), traces=(_trace(gate, Outcome.OPENED, asked, situation),))


def _measured(gate: Candidate, asked: Asked, situation: Situation) -> _Gated:
    """The gate that decides, by its meter. Without consent nothing can be counted, so the article is open."""
    campaign = gate.prepared.campaign
    is_crawler = situation.visitor.purpose is Purpose.CRAWL
    if situation.reader is None or (is_crawler and situation.site.crawlers.sees_articles):
        doubt = Reason("meter", Verdict(False, None, None, None, "crawler" if is_crawler else "nothing can be counted"))
        return _opened(gate, asked._replace(blocked_by="meter", reasons=(*asked.reasons, doubt)), situation)
    metering = Metering(is_open=False) if is_crawler else metered(campaign, situation)
    reason = Reason("meter", _meter_verdict(metering))
    asked = asked._replace(reasons=(*asked.reasons, reason))
    if metering.is_open:
        trace = _trace(gate, Outcome.OPENED, asked._replace(blocked_by="meter"), situation)
        return _Gated(access_of(metering, campaign.key), None, gate if metering.spends else None, (trace,))
    trace = Trace(campaign.key, Outcome.SHOWN, None, asked.reasons, situation.now.instant)
    return _Gated(access_of(metering, campaign.key), _gate_choice(gate, situation), None, (trace,))


def _meter_verdict(metering: Metering) -> Verdict:
    note = "free articles used" if metering.allowance is not None else None
    return Verdict(not metering.is_open, metering.used, metering.allowance, None, note)


def _gate_choice(gate: Candidate, situation: Situation) -> Choice:
    prepared, reader = gate.prepared, situation.reader
    strength = prepared.campaign.gate.strength if prepared.campaign.gate else Strength.SOFT
    record = reader.prompt_record(prepared.fingerprint) if reader else None
    if record and is_mandatory(prepared.campaign, record, situation.visitor.country):
        strength = Strength.HARD
    return Choice(prepared, assign(prepared, reader), strength)


def _choose_appeals(site: CompiledSite, situation: Situation, *, is_gated: bool) -> tuple[Choice, ...]:
    """The appeals that find room. Nobody asks why, so nothing is asked of those there is no room for."""
    choices: list[Choice] = []
    taken: list[Placement] = []
    budget = situation.site.attention
    for appeal in () if is_gated else site.appeals:
        if len(taken) >= budget.prompts_per_view:
            break
        placement = appeal.prepared.campaign.placement
        if placement in taken or first_failed(appeal, situation) or _no_room(placement, taken, budget):
            continue
        choices.append(Choice(appeal.prepared, assign(appeal.prepared, situation.reader)))
        taken.append(placement)
    return tuple(choices)


def _explain_appeals(
    site: CompiledSite, situation: Situation, *, is_gated: bool
) -> tuple[tuple[Choice, ...], tuple[Trace, ...]]:
    """The same appeals, and why of all."""
    choices: list[Choice] = []
    traces: list[Trace] = []
    taken: list[Placement] = []
    for appeal in site.appeals:
        placement = appeal.prepared.campaign.placement
        limit = "beside_gate" if is_gated else _no_room(placement, taken, situation.site.attention)
        asked = _with_room(ask_rules(appeal, situation), limit)
        if asked.blocked_by:
            traces.append(_trace(appeal, Outcome.BLOCKED, asked, situation))
            continue
        traces.append(_trace(appeal, Outcome.SHOWN, asked, situation))
        choices.append(Choice(appeal.prepared, assign(appeal.prepared, situation.reader)))
        taken.append(placement)
    return tuple(choices), tuple(traces)


def _no_room(placement: Placement, taken: list[Placement], budget: Attention) -> str | None:
    """The name of the limit of this page view that leaves no room for one more prompt, or None."""
    if placement in taken:
        return "placement_taken"
    if placement in OVERLAYS and sum(one in OVERLAYS for one in taken) >= budget.overlays_per_view:
        return "overlays"
    return "prompts" if len(taken) >= budget.prompts_per_view else None


def _with_room(asked: Asked, taken: str | None) -> Asked:
    """Room on the page is the last rule, and is in the trace when it was the one that failed."""
    if taken is None:
        return asked
    reasons = (*asked.reasons, Reason(taken, Verdict(False)))
    return Asked(asked.blocked_by or taken, asked.stage, reasons)


def _trace(candidate: Candidate, outcome: Outcome, asked: Asked, situation: Situation) -> Trace:
    key = candidate.prepared.campaign.key
    if not asked.reasons:
        return Trace(key, outcome, asked.blocked_by)
    next_at = next_possible_at(candidate, situation) if asked.stage is not None else None
    next_at = situation.now.instant if outcome is Outcome.SHOWN else next_at
    return Trace(key, outcome, asked.blocked_by, asked.reasons, next_at)
