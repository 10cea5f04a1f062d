"""A decision on a page view: the prompts to show, the access to the article, and the reasons."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from service.campaigns.gate import Strength
from service.decisions.assignment import Assigned
from service.decisions.rules.meter import Metering
from service.decisions.rules.rule import Prepared
from service.decisions.rules.verdict import Verdict


class Outcome(StrEnum):
    """What became of a campaign on a page view. `opened`: the gate that decided, and opened the article."""

    SHOWN = "shown"
    BLOCKED = "blocked"
    OPENED = "opened"
    NOT_ASKED = "not_asked"


class AccessState(StrEnum):
    OPEN = "open"
    METERED = "metered"
    GATED = "gated"


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule's verdict on a campaign."""

    rule: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a campaign was or was not shown: its rules in the order they were asked.

    `blocked_by`: the first rule that failed. `next_at`: the earliest instant (seconds since 1970) at which the campaign
    could show on this page if the reader did nothing until then; None: waiting does not help.
    """

    campaign: str
    outcome: Outcome
    blocked_by: str | None
    reasons: tuple[Reason, ...] = ()
    next_at: int | None = None


class Choice(Struct, frozen=True, gc=False):
    """A campaign to show, with the reader's variant. `strength` is set for gates alone."""

    prepared: Prepared
    assigned: Assigned
    strength: Strength | None = None

    @property
    def is_dismissible(self) -> bool:
        """True if the reader can close the prompt: always for a soft gate, never for a hard gate."""
        if self.strength is None:
            return self.prepared.campaign.is_dismissible
        return self.strength is Strength.SOFT


class Access(Struct, frozen=True, gc=False):
    """Whether the article may be read, and what the meter says. `decided_by`: the gate that decided, if any."""

    state: AccessState = AccessState.OPEN
    used: int | None = None
    allowance: int | None = None
    resets_at: int | None = None
    decided_by: str | None = None


OPEN = Access()


class Decision(Struct, frozen=True, gc=False):
    """A decision on a page view. `spends_from`: the gate from whose meter the view spends a free article, if any."""

    choices: tuple[Choice, ...] = ()
    access: Access = OPEN
    spends_from: Prepared | None = None
    traces: tuple[Trace, ...] = ()


NOTHING = Decision()


def access_of(metering: Metering, gate: str) -> Access:
    state = AccessState.METERED if metering.allowance is not None else AccessState.OPEN
    state = state if metering.is_open else AccessState.GATED
    return Access(state, metering.used, metering.allowance, metering.resets_at, gate)
