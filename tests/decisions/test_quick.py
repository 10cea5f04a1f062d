"""A quick yes or no is the verdict's own, for every rule that has one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.campaigns.frequency import Cap, CoolOff, Counting, Frequency, SiteFrequency, WeeklyShowAgain
from service.campaigns.reader_rules import ArticleCount, Consent, ReaderRules, SupporterState
from service.campaigns.schedule import Weekday
from service.decisions.decide import decide
from service.decisions.history import topic_fingerprint
from service.decisions.passport_codec import decode, encode
from service.decisions.prompts import campaign_fingerprint
from service.decisions.reader import Giving, History, PromptRecord, Reader, RecurringState, TopicHistory
from service.decisions.rules import RULES
from tests.decisions import make

NOW = make.instant()
CAMPAIGN = campaign_fingerprint("autumn")
counting = st.sampled_from(Counting)
caps = st.lists(st.builds(Cap, st.integers(0, 4), st.integers(1, 3), counting), max_size=2).map(tuple)
few = st.none() | st.integers(0, 6)
ages = st.integers(-400, 400) | st.builds(
    lambda days, off: days * make.DAY + off, st.integers(0, 4), st.sampled_from([-1, 0, 1])
)
campaigns = st.builds(
    lambda counts, states, cool_off, caps: make.campaign(
        reader=ReaderRules(article_counts=counts, supporters=states), cool_off=cool_off, frequency=Frequency(caps=caps)
    ),
    st.lists(
        st.builds(
            ArticleCount,
            minimum=few,
            maximum=few,
            weeks=st.none() | st.integers(0, 3),
            topics=st.none() | st.just(frozenset({"housing"})),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    st.frozensets(st.sampled_from(SupporterState)),
    st.builds(
        CoolOff,
        dismissal_seconds=st.lists(st.integers(0, 3 * make.DAY), max_size=2).map(tuple),
        until_shown_again=st.booleans(),
        dismissals=counting,
        weekly_show_again=st.just(()) | st.builds(lambda day: (WeeklyShowAgain(day, 540),), st.sampled_from(Weekday)),
        one_off_days=st.none() | st.integers(0, 3),
        recurring_days=st.none() | st.integers(0, 3),
    ),
    caps,
)


@st.composite
def records(draw: st.DrawFn) -> tuple[PromptRecord, ...]:
    """Of this campaign, often, and of others; seen and closed around the boundaries."""
    names = draw(st.lists(st.sampled_from([CAMPAIGN, 5, 6]), unique=True))
    return tuple(draw(st.builds(_record, st.just(name), st.lists(ages, max_size=4), few, ages)) for name in names)


def _record(campaign: int, seen: list[int], more: int | None, closed: int) -> PromptRecord:
    seen_at = tuple(sorted(NOW - age for age in seen))
    return PromptRecord(campaign, len(seen_at) + (more or 0), seen_at, more or 0, (NOW - closed) if more else 0)


@st.composite
def readers(draw: st.DrawFn) -> Reader | None:
    """None at times; their lists in the bytes of a passport, or read."""
    reader = make.reader(
        history=History(
            make.time_at().day - draw(st.integers(0, 9)),
            weeks=draw(st.binary(max_size=4).map(_small)),
            topics=(TopicHistory(topic_fingerprint("housing"), (make.time_at().week,), (draw(st.integers(1, 4)),)),),
        ),
        prompts=draw(records()),
        giving=draw(
            st.builds(
                Giving,
                recurring=st.sampled_from(RecurringState),
                recurring_at=ages.map(lambda age: NOW - age),
                one_off_at=st.just(0) | ages.map(lambda age: NOW - age),
            )
        ),
    )
    return draw(st.sampled_from([reader, decode(encode(reader, NOW))[0], None]))


def _small(counts: bytes) -> bytes:
    return bytes(count % 5 for count in counts)


@settings(max_examples=600, deadline=None)
@given(campaigns, caps, st.integers(0, 3600), readers(), st.data())
def test_a_quick_answer_is_the_verdicts_own(
    campaign: Any, site_caps: Any, silence: int, who: Reader | None, data: st.DataObject
) -> None:
    site = make.site(frequency=SiteFrequency(caps=site_caps), silence_after_closing_seconds=silence)
    compiled = make.compiled(campaign, site=site)
    visitor = make.visitor(consent=data.draw(st.sampled_from([Consent.FULL, Consent.METER])))
    at = make.situation(compiled, who=who, has_reader=who is not None, visitor=visitor)
    at = at._replace(supporter=data.draw(st.sampled_from([at.supporter, *SupporterState])))
    prepared = compiled.appeals[0].prepared

    for rule in RULES:
        if rule.quick is not None and rule.applies(campaign, site):
            assert rule.quick(prepared, at) == rule.judge(prepared, at).passed, rule.name
    assert decide(compiled, at).choices == decide(compiled, at, explains=True).choices


@pytest.mark.parametrize("name", ["articles", "supporter", "after_dismissal", "after_closing", "caps", "site_caps"])
def test_the_rules_most_campaigns_use_have_one(name: str) -> None:
    assert next(rule for rule in RULES if rule.name == name).quick is not None
