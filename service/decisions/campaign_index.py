"""Find the campaigns that a page view leaves possible, without asking every rule about every campaign.

A set of campaigns is a whole number: bit n stands for the nth campaign. Most rules say what they read (`Rule.reads`),
so that they can be asked about many campaigns at once:

1. Rules about the clock are asked once a minute. Rules about facts with few values, such as the type of the page, are
   asked in advance about each value: a table has the campaigns that pass, by the values of several facts.
2. Everything else that many rules read is a question, such as "which topics has the page?" or "how many articles in 30
   days?" (`rules/questions.py`). Its answer is the set of campaigns that pass.

Campaigns are taken in order of priority. A question is asked when the first campaign that is left needs its answer.
Since the answer is about all campaigns, no question is asked twice, and many are not asked at all. What is left are the
rules that read more than that, and rules about the campaign's own prompts if the reader met these lately.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Placement
from service.campaigns.reader_rules import Consent, SupporterState
from service.campaigns.site import Site
from service.decisions.rules.questions import ALL, Answer, ByName, answers_by_name, questions_of
from service.decisions.rules.rule import BY_MINUTE, FOREVER, OwnRecord, Prepared, Rule, Stage
from service.decisions.situation import Page, Situation, Visit
from service.readers.site_time import site_time_of

MINUTE_SECONDS = 60
MAX_MINUTES = 1024  # when this many minutes are kept, all are dropped; only simulations go from one to another and back
MAX_ENTRIES = 2048  # of a table
_NO_NAME = "\x00"  # no page, section, tag or country has this name

_NO_FACTS: dict[Any, int] = {(False,): ALL}  # a table by `explains`, which is false whenever a table is asked

Left = tuple[Prepared, tuple[Rule, ...]]
_Table = tuple[Callable[[Situation], Any], dict[Any, int]]


class _Rest(NamedTuple):
    """A campaign with the rules that are asked about it alone.

    `recorded`: these, and the rules about the campaign's own prompts, whose events count for as long as `seconds`.
    """

    left: Left
    recorded: Left
    seconds: int


class CampaignIndex:
    """The campaigns of a site that are asked in turn, ready to be narrowed down."""

    def __init__(self, campaigns: Sequence[Prepared], site: Site, zone: ZoneInfo) -> None:
        nowhere = _nowhere(site, zone)
        asked = [
            (rule.at(site), prepared, 1 << place)
            for place, prepared in enumerate(campaigns)
            for rule in prepared.rules
            if _is_shared(rule, prepared)
        ]
        self._every = (1 << len(campaigns)) - 1
        self._by_clock = [(rule.judge, prepared, bit) for rule, prepared, bit in asked if rule.reads is BY_MINUTE]
        self._running: dict[int, int] = {}  # the campaigns that run, by minute
        by_name = answers_by_name(asked, nowhere)
        self._tables = _tables(names for names in by_name if names.fact.values)
        questions = questions_of(asked, by_name, nowhere)
        self._asks = [
            tuple(question.answer for question in questions if question.users >> place & 1)
            for place in range(len(campaigns))
        ]
        self._rest = [_rest(prepared, nowhere) for prepared in campaigns]
        self._whole: list[Left] = [(prepared, prepared.rules) for prepared in campaigns]
        self._elsewhere = {
            placement: ~sum(1 << at for at, found in enumerate(campaigns) if found.campaign.placement is placement)
            for placement in Placement
        }

    def asked(self, situation: Situation, taken: Sequence[Placement] = ()) -> Iterable[Left]:
        """Return the campaigns to ask, in order, each with the rules that are not yet asked.

        If traces are wanted, these are all campaigns with all of their rules. `taken`: the placements with a prompt, to
        which the caller adds while it goes through the campaigns; further campaigns for the last of them are left out.
        """
        if situation.explains:
            return self._whole
        campaigns = self._running_at(situation)
        for values_of, passing in self._tables:
            campaigns &= passing[values_of(situation)]
        return self._possible(campaigns, situation, taken) if campaigns else ()

    def _possible(self, campaigns: int, situation: Situation, taken: Sequence[Placement]) -> Iterator[Left]:
        """Ask the questions of the first campaign that is left, and yield it if it passes, until none is left."""
        asked: set[Answer] = set()
        reader, instant = situation.reader, situation.now.instant
        silent_seconds = instant - reader.prompted_at if reader is not None and reader.packed_prompts else FOREVER
        while campaigns:
            first = campaigns & -campaigns
            place = first.bit_length() - 1
            for answer in self._asks[place]:
                if answer not in asked:
                    asked.add(answer)
                    campaigns &= answer(situation)
                    if not campaigns & first:
                        break
            else:
                campaigns ^= first
                left, recorded, seconds = self._rest[place]
                if seconds and silent_seconds < seconds and reader is not None:
                    own_silence = instant - reader.prompt_record(left[0].fingerprint).latest_event_at
                    left = recorded if own_silence < seconds else left
                yield left
                if taken:
                    campaigns &= self._elsewhere[taken[-1]]

    def _running_at(self, situation: Situation) -> int:
        """Return the campaigns whose rules about the clock pass, worked out once a minute."""
        minute = situation.now.instant // MINUTE_SECONDS
        running = self._running.get(minute)
        if running is None:
            running = self._every
            for judge, prepared, bit in self._by_clock:
                if running & bit and not judge(prepared, situation).passed:
                    running ^= bit
            if len(self._running) >= MAX_MINUTES:
                self._running.clear()
            self._running[minute] = running
        return running


def _is_shared(rule: Rule, prepared: Prepared) -> bool:
    """Return True if the rule is asked about many campaigns at once.

    A gate that matches decides even if an access rule fails, so these rules are asked last, about the gate alone.
    """
    is_last = rule.stage is Stage.ACCESS and prepared.campaign.gate is not None
    return not is_last and rule.reads is not None and not isinstance(rule.reads, OwnRecord)


def _rest(prepared: Prepared, without_history: Situation) -> _Rest:
    """Return the campaign with the rules that are asked about it alone.

    `without_history`: a situation without a reader's history, which stands for every reader without a record.
    """
    seconds, left, recorded = 0, [], []
    for rule in prepared.rules:
        if not _is_shared(rule, prepared):
            recorded.append(rule)
            own = rule.reads.seconds(prepared.campaign) if isinstance(rule.reads, OwnRecord) else None
            if own is None or prepared.campaign.gate or not rule.judge(prepared, without_history).passed:
                left.append(rule)
            else:
                seconds = max(seconds, own)
    return _Rest((prepared, tuple(left)), (prepared, tuple(recorded)), seconds)


def _tables(facts: Iterable[ByName]) -> list[_Table]:
    """Return tables of the campaigns that pass, by the values of some facts; and what reads these values."""
    tables: list[_Table] = []
    paths, table = ["explains"], _NO_FACTS
    for fact, otherwise, changed_by in facts:
        if len(table) * len(fact.values) > MAX_ENTRIES:
            tables.append((attrgetter(*paths), table))
            paths, table = ["explains"], _NO_FACTS
        paths.append(fact.path)
        by_value = [(value, otherwise ^ changed_by.get(value, 0)) for value in fact.values]
        table = {(*values, value): passing & own for values, passing in table.items() for value, own in by_value}
    return [*tables, (attrgetter(*paths), table)] if paths[1:] else tables


def _nowhere(site: Site, zone: ZoneInfo) -> Situation:
    """Return a view of a page that has no names, by a reader who is not known."""
    visit = Visit(Consent.NONE, country=_NO_NAME)
    return Situation(
        site, Page(_NO_NAME, placements=frozenset()), visit, None, SupporterState.UNKNOWN, site_time_of(0, zone)
    )
