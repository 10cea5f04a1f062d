"""Decide which campaigns of a site a page view shows: ask the rules of each campaign, in order of priority.

The first gate that matches the page decides alone whether the article opens. Appeals then fill the page in order, at
most one in a placement, within the site's limits of prompts per view, and never beside a gate.
"""

from typing import NamedTuple

from msgspec.structs import replace

from service.campaigns.campaign import OVERLAYS, Placement
from service.campaigns.gate import Strength
from service.campaigns.page_rules import PageAccess
from service.campaigns.site import Attention
from service.decisions.assignment import assign
from service.decisions.compile import CompiledSite
from service.decisions.decision import OPEN, Access, AccessState, Choice, Decision, Outcome, Reason, Trace, access_of
from service.decisions.rules.cool_off import is_mandatory
from service.decisions.rules.meter import Metering, metered
from service.decisions.rules.rule import Prepared, Rule, Stage
from service.decisions.rules.supporters import supporter_state
from service.decisions.rules.verdict import Verdict, failed, in_words, passed_if
from service.decisions.situation import Purpose, Situation
from service.readers.reader import Support
from service.readers.site_time import site_time_of

_MAX_INSTANTS_TRIED = 24  # then the next possible instant counts as unknown


class RuleResults(NamedTuple):
    """What the rules say about a campaign on a page view.

    `blocked_by` and `stage`: the first rule that failed. `reasons`: every verdict, if they were wanted.
    """

    blocked_by: str | None = None
    stage: Stage | None = None
    reasons: tuple[Reason, ...] = ()


class _Gated(NamedTuple):
    """What the gates decide. `choice`: the gate to show. `spends_from`: the gate whose meter the view spends from."""

    access: Access = OPEN
    choice: Choice | None = None
    spends_from: Prepared | None = None


_PASSED = RuleResults()
_UNGATED = _Gated()


def decide(site: CompiledSite, situation: Situation, *, explains: bool = False) -> Decision:
    """Decide on a page view. Equal arguments always give equal decisions.

    With `explains`, every rule of every campaign is asked and the decision has traces. Without, a campaign's rules are
    asked up to the first that fails, and only of the campaigns that the index leaves possible.
    """
    traces: list[Trace] = []
    if explains:
        situation = replace(situation, explains=True)
    gated = _decide_access(site, situation, traces) if site.gates else _UNGATED
    is_gated = gated is not _UNGATED and gated.access.state is AccessState.GATED
    choices = _choose_appeals(site, situation, traces, is_gated=is_gated) if explains or not is_gated else ()
    return Decision((gated.choice, *choices) if gated.choice else choices, gated.access, gated.spends_from, (*traces,))


def ask_rules(prepared: Prepared, rules: tuple[Rule, ...], situation: Situation) -> RuleResults:
    """Ask rules about a campaign, in order. The first that fails blocks the campaign.

    The rest is asked only if traces are wanted, and then every verdict is kept.
    """
    first: Rule | None = None
    reasons: tuple[Reason, ...] = ()
    for rule in rules:
        verdict = rule.judge(prepared, situation)
        if situation.explains:
            reasons = (*reasons, Reason(rule.name, in_words(verdict, rule.write)))
        if not verdict.passed:
            first = first or rule
            if not situation.explains:
                break
    if first is None:
        return RuleResults(reasons=reasons) if reasons else _PASSED
    return RuleResults(first.name, first.stage, reasons)


def next_possible_at(prepared: Prepared, situation: Situation) -> int | None:
    """Return the earliest instant at which all rules would pass on this page if the reader did nothing until then.

    Return None if waiting does not help, or if the instant is not known.
    """
    at = situation
    for _ in range(_MAX_INSTANTS_TRIED):
        verdicts = [rule.judge(prepared, at) for rule in prepared.rules]
        failed = [verdict for verdict in verdicts if not verdict.passed]
        if not failed:
            return at.now.instant
        later = [verdict.passes_at for verdict in failed if verdict.passes_at is not None]
        if len(later) < len(failed) or max(later) <= at.now.instant:
            return None
        at = _situation_at(at, max(later))
    return None


def _situation_at(situation: Situation, instant: int) -> Situation:
    now = site_time_of(instant, situation.now.zone)
    support = situation.reader.support if situation.reader else Support()
    is_known = situation.supporter == supporter_state(support, situation.site.supporters, situation.now)
    supporter = supporter_state(support, situation.site.supporters, now) if is_known else situation.supporter
    return replace(situation, now=now, supporter=supporter)


def _decide_access(site: CompiledSite, situation: Situation, traces: list[Trace]) -> _Gated:
    """Find the first gate that matches the page and let it decide. Each gate adds its trace, if traces are wanted."""
    gated: _Gated | None = None
    for gate, rules in site.gate_index.asked(situation):
        if gated is not None:
            traces.append(Trace(gate.campaign.key, Outcome.NOT_ASKED, "another_gate"))
            continue
        results, outcome = ask_rules(gate, rules, situation), Outcome.BLOCKED
        if results.stage is not Stage.MATCH:
            gated, results = _decided_by(gate, results, situation)
            outcome = Outcome.SHOWN if gated.choice else Outcome.OPENED
        if situation.explains:
            traces.append(_trace(gate, outcome, results, situation))
        elif gated is not None:
            break
    return gated or _UNGATED


def _decided_by(gate: Prepared, results: RuleResults, situation: Situation) -> tuple[_Gated, RuleResults]:
    """Let a gate decide: by its access rules, then by its meter, which is the last of its results.

    Without consent nothing can be counted, so the article is open, unless it is locked and the site gates it then too.
    """
    campaign, visit = gate.campaign, situation.visit
    if results.blocked_by:
        return _Gated(Access(decided_by=campaign.key)), results
    is_crawler = visit.purpose is Purpose.CRAWL
    if _is_open_without_consent(situation) or (is_crawler and situation.site.crawlers.sees_articles):
        unmetered = failed(note="crawler" if is_crawler else "nothing can be counted")
        return _Gated(Access(decided_by=campaign.key)), _with_meter(results, unmetered)
    metering = Metering(is_open=False) if is_crawler else metered(campaign, situation)
    return (
        _Gated(
            access_of(metering, campaign.key),
            None if metering.is_open else _gate_choice(gate, situation),
            gate if metering.is_open and metering.spends else None,
        ),
        _with_meter(results, _meter_verdict(metering)),
    )


def _is_open_without_consent(situation: Situation) -> bool:
    """Return True if there is no consent, so that nothing can be counted, unless the site gates locked articles."""
    is_gated = situation.site.consent.gates_locked and situation.page.access is PageAccess.LOCKED
    return situation.reader is None and not is_gated


def _with_meter(results: RuleResults, verdict: Verdict) -> RuleResults:
    reasons = (*results.reasons, Reason("meter", verdict))
    return RuleResults(None if verdict.passed else "meter", None, reasons)


def _meter_verdict(metering: Metering) -> Verdict:
    note = "free articles used" if metering.allowance is not None else None
    return passed_if(not metering.is_open, metering.used, metering.allowance, note=note)


def _gate_choice(gate: Prepared, situation: Situation) -> Choice:
    campaign, reader = gate.campaign, situation.reader
    strength = campaign.gate.strength if campaign.gate else Strength.SOFT
    record = reader.prompt_record(gate.fingerprint) if reader else None
    if record and is_mandatory(campaign, record, situation.visit.country):
        strength = Strength.HARD
    return Choice(gate, assign(gate, reader), strength)


def _choose_appeals(
    site: CompiledSite, situation: Situation, traces: list[Trace], *, is_gated: bool
) -> tuple[Choice, ...]:
    """Choose the appeals to show. If traces are wanted, appeals without room are asked too and each adds its trace."""
    choices: list[Choice] = []
    taken: list[Placement] = []
    attention = situation.site.attention
    for appeal, rules in site.appeal_index.asked(situation, taken):
        placement, results = appeal.campaign.placement, _PASSED
        limit = "beside_gate" if is_gated else _no_room(placement, taken, attention)
        if rules and (limit is None or situation.explains):
            results = ask_rules(appeal, rules, situation)
        if situation.explains:
            results = _with_room(results, limit)
            outcome = Outcome.BLOCKED if results.blocked_by else Outcome.SHOWN
            traces.append(_trace(appeal, outcome, results, situation))
        if limit is None and results.blocked_by is None:
            choices.append(Choice(appeal, assign(appeal, situation.reader)))
            taken.append(placement)
            if not situation.explains and len(taken) >= attention.prompts_per_view:
                break
    return tuple(choices)


def _no_room(placement: Placement, taken: list[Placement], budget: Attention) -> str | None:
    """Return the name of the limit that leaves no room for another prompt on this page view, or None."""
    if placement in taken:
        return "placement_taken"
    if placement in OVERLAYS and len([shown for shown in taken if shown in OVERLAYS]) >= budget.overlays_per_view:
        return "overlays"
    return "prompts" if len(taken) >= budget.prompts_per_view else None


def _with_room(results: RuleResults, limit: str | None) -> RuleResults:
    """Add the limit that leaves no room on the page, as if it were the last rule. Without a limit change nothing."""
    if limit is None:
        return results
    return RuleResults(results.blocked_by or limit, results.stage, (*results.reasons, Reason(limit, failed())))


def _trace(campaign: Prepared, outcome: Outcome, results: RuleResults, situation: Situation) -> Trace:
    next_at = next_possible_at(campaign, situation) if results.stage is not None else None
    next_at = situation.now.instant if outcome is Outcome.SHOWN else next_at
    return Trace(campaign.campaign.key, outcome, results.blocked_by, results.reasons, next_at)
