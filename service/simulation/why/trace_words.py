"""Write the trace of a campaign, and the reason of a whole decision, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.site import Site
from service.decisions.decision import Access, AccessState, Outcome, Reason, Trace
from service.decisions.rules.in_order import RULES
from service.decisions.rules.rule import Stage
from service.decisions.rules.verdict import Plain
from service.readers.site_time import SiteTime
from service.simulation.why.failure import Failure, Words
from service.simulation.why.history_words import HISTORY_WORDS
from service.simulation.why.page_words import PAGE_WORDS
from service.simulation.why.phrases import PLACES, listed, moment
from service.simulation.why.reader_words import READER_WORDS

WRITERS = {**PAGE_WORDS, **READER_WORDS, **HISTORY_WORDS}
_NEVER = 1 << 62
_STAGES = {rule.name: rule.stage for rule in RULES}


@dataclass(frozen=True, slots=True)
class FailedRule:
    """A rule that keeps a campaign from the page. `passes_at`: when it passes by itself; None: waiting does not help.

    `is_about_match`: the campaign is not meant for this page, reader or time; otherwise it spares the reader for now.
    """

    rule: str
    words: Words
    passes_at: int | None
    is_about_match: bool


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule as it was asked, for those who want to know everything."""

    rule: str
    passed: bool
    value: str
    limit: str


@dataclass(frozen=True, slots=True)
class CampaignWords:
    """Why a campaign is shown or not. `next_at`: when it could be shown at the earliest, on the site's clock, or ""."""

    campaign: Campaign
    outcome: Outcome
    sentence: str
    failed: tuple[FailedRule, ...]
    checked: tuple[CheckedRule, ...]
    next_at: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether the campaign is meant for other pages, readers or times."""
        return any(rule.is_about_match for rule in self.failed)


def campaign_words(trace: Trace, campaign: Campaign, site: Site, now: SiteTime) -> CampaignWords:
    """Write the trace of a campaign in words."""
    failed = tuple(
        _failed_rule(Failure(reason.rule, reason.verdict, campaign, site, now))
        for reason in trace.reasons
        if not reason.verdict.passed
    )
    if trace.outcome is Outcome.NOT_ASKED:
        words = Words("a gate before it decides about this page", "Move this gate up.")
        failed = (FailedRule("another_gate", words, None, is_about_match=False),)
    waits = trace.next_at is not None and trace.next_at > now.instant
    return CampaignWords(
        campaign,
        trace.outcome,
        _sentence(trace.outcome, campaign, failed),
        failed,
        tuple(_checked(reason) for reason in trace.reasons),
        moment(trace.next_at, now) if waits and trace.next_at is not None else "",
    )


def headline(campaigns: Sequence[CampaignWords], access: Access, now: SiteTime) -> str:
    """Return in a sentence what the reader is shown, or why nothing."""
    shown = [found.campaign for found in campaigns if found.outcome is Outcome.SHOWN]
    if access.state is AccessState.GATED and shown:
        return f"Stopped by the gate “{shown[0].name}”{_spent(access, now)}."
    if shown:
        return f"Asked: {listed((f'“{campaign.name}” {PLACES[campaign.placement]}' for campaign in shown), 'and')}."
    blocked = [found for found in campaigns if found.failed and found.campaign.kind is not Kind.GATE]
    if not blocked:
        return "Not asked: the site has no live appeal or banner."
    closest = min(blocked, key=_distance)
    return f"Not asked: {_about(closest.campaign, _decisive(closest).words.reason)}."


def _sentence(outcome: Outcome, campaign: Campaign, failed: Sequence[FailedRule]) -> str:
    if outcome is Outcome.SHOWN:
        is_gate = campaign.kind is Kind.GATE
        return "Closes the article." if is_gate else f"Shown {PLACES[campaign.placement]}."
    reasons = "; ".join(rule.words.reason for rule in failed)
    if outcome is Outcome.OPENED:
        return f"Opens the article: {reasons.removeprefix('the article is open: ')}."
    return f"Not shown: {reasons}."


def _failed_rule(failure: Failure) -> FailedRule:
    stage = _STAGES.get(failure.rule)
    words = WRITERS[failure.rule](failure)
    return FailedRule(failure.rule, words, failure.verdict.passes_at, stage is Stage.MATCH)


def _distance(found: CampaignWords) -> tuple[int, int]:
    """Return how far a campaign is from being shown: rules about whom it is meant for weigh more than waiting."""
    return sum(rule.is_about_match for rule in found.failed), len(found.failed)


def _decisive(found: CampaignWords) -> FailedRule:
    """Return the rule that keeps the campaign away longest."""
    return max(found.failed, key=lambda rule: _NEVER if rule.passes_at is None else rule.passes_at)


def _about(campaign: Campaign, reason: str) -> str:
    """Return a reason that names its campaign, for a place in which "it" could mean any."""
    if reason.startswith("it "):
        return f"“{campaign.name}” {reason.removeprefix('it ')}"
    return f"“{campaign.name}”: {reason}" if reason.startswith("its ") else reason


def _spent(access: Access, now: SiteTime) -> str:
    if not access.allowance:
        return ""
    until = f" until {moment(access.resets_at, now)}" if access.resets_at is not None else ""
    used = "the free article is" if access.allowance == 1 else f"all {access.allowance} free articles are"
    return f": {used} used{until}"


def _checked(reason: Reason) -> CheckedRule:
    verdict = reason.verdict
    limit = " · ".join(filter(None, (_text(verdict.limit), str(verdict.note or ""))))
    return CheckedRule(reason.rule, verdict.passed, _text(verdict.value), limit)


def _text(value: Plain) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)
