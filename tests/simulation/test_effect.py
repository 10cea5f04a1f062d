"""The effect of a draft: what invented readers would be asked without and with it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.campaign import Campaign, Kind, Placement, Status
from service.campaigns.frequency import Cap, Counting, Frequency, SiteFrequency
from service.campaigns.gate import Gate, GateType, Strength
from service.campaigns.page_rules import PageRules
from service.campaigns.reader_rules import ArticleCount, ReaderRules
from service.campaigns.schedule import Schedule, WallTime
from service.campaigns.site import Switches
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.simulation.effect import Effect, effect_of_change, effect_of_draft
from service.simulation.effect_words import NO_DIFFERENCE, effect_in_words, promise_in_words
from tests.decisions import make

NOW = make.NOW
READERS = 60


def published(*campaigns: Campaign, **site: Any) -> SiteSnapshot:
    return SiteSnapshot(make.site(**site), ZoneInfo(make.DUBLIN), campaigns)


def from_articles(minimum: int, key: str = "autumn", **changes: Any) -> Campaign:
    rules = ReaderRules(article_counts=(ArticleCount(minimum=minimum, weeks=4),))
    return make.campaign(key, reader=rules, frequency=make.capped(3, days=30), **changes)


def effect(before: SiteSnapshot, draft: Campaign, **changes: Any) -> Effect:
    return effect_of_draft(before, draft, NOW, readers=READERS, **changes)


def test_no_change_gives_no_difference() -> None:
    found = effect(published(from_articles(3)), from_articles(3))

    assert not found.changes
    assert found.before == found.after
    assert found.before.per_1000 > 0
    assert (found.gaining_share, found.losing_share) == (0, 0)
    assert effect_in_words(found)[0] == NO_DIFFERENCE


def test_a_lower_threshold_asks_more_readers_and_a_higher_one_fewer() -> None:
    lower, higher = (effect(published(from_articles(5)), from_articles(minimum)) for minimum in (2, 9))

    assert lower.after.per_1000 > lower.before.per_1000 > higher.after.per_1000
    assert lower.before == higher.before
    assert lower.gaining_share > 0 == lower.losing_share
    assert higher.losing_share > 0 == higher.gaining_share
    assert lower.after.per_reader > lower.before.per_reader


def test_who_gains_is_told_by_groups_of_readers() -> None:
    found = effect(published(from_articles(9)), from_articles(2))
    groups = {group.group: group for group in found.groups}

    some, many = groups["readers of 4 to 9 pages"], groups["readers of 10 pages or more"]
    assert some.gaining_share > many.gaining_share  # who reads much is asked as often as the cap allows already
    assert groups["supporters"].gaining_share == 0
    reading = [group for name, group in groups.items() if name.startswith("readers of")]
    assert sum(group.readers for group in reading) == READERS
    assert sum(group.gaining_share * group.readers for group in reading) == pytest.approx(found.gaining_share * READERS)
    words = effect_in_words(found)
    assert any(sentence.startswith("Of readers of 4 to 9 pages: ") for sentence in words)
    assert not any(sentence.startswith("Of supporters") for sentence in words)


def test_the_same_seed_gives_the_same_answer_and_another_seed_other_readers() -> None:
    first, again, other = (effect(published(from_articles(5)), from_articles(3), seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first.views != other.views


def test_a_change_that_many_readers_notice_needs_fewer_readers() -> None:
    before = published(from_articles(5))

    clear, none = (effect_of_draft(before, from_articles(minimum), NOW) for minimum in (1, 5))

    assert clear.readers == 100
    assert "replaying 100 invented readers" in effect_in_words(clear)[-1]
    assert none.readers == 200
    assert clear.before.per_1000 == effect_of_draft(before, from_articles(5), NOW, readers=100).before.per_1000


def test_campaigns_that_cannot_run_in_these_days_change_nothing() -> None:
    over, later = (Schedule(ends=WallTime(date(2026, 1, 1))), Schedule(starts=WallTime(date(2027, 6, 1))))
    idle = [
        from_articles(1, "over", schedule=over, priority=1),
        from_articles(1, "later", schedule=later, priority=1),
        from_articles(1, "paused", is_paused=True, priority=1),
        from_articles(1, "archived", status=Status.ARCHIVED, priority=1),
    ]

    found = effect(published(from_articles(5), *idle), from_articles(3))

    assert found == effect(published(from_articles(5)), from_articles(3))


def test_every_campaign_is_named_with_what_it_gains_and_loses() -> None:
    taken = from_articles(1, "winter", priority=1)

    found = effect(published(from_articles(1)), taken)

    autumn, winter = found.campaigns
    assert (autumn.campaign, winter.campaign) == ("autumn", "winter")
    assert autumn.before > autumn.after
    assert winter.before == 0 < winter.after
    assert sum(shown.after for shown in found.campaigns) == pytest.approx(found.after.per_1000)


def test_names_that_only_the_draft_uses_have_pages_and_readers() -> None:
    chess = replace(
        from_articles(1),
        page=PageRules(sections_any=frozenset({"chess"})),
        reader=ReaderRules(countries_any=frozenset({"NZ"})),
    )

    assert effect(published(), chess).after.per_1000 > 0


def test_a_draft_counts_as_live_and_is_replayed_from_its_start() -> None:
    draft = from_articles(
        1, status=Status.DRAFT, schedule=Schedule(starts=WallTime(date(2027, 3, 1)), ends=WallTime(date(2027, 3, 20)))
    )

    found = effect(published(), draft)

    assert found.begins_at == datetime(2027, 3, 1, tzinfo=UTC)
    assert found.after.per_1000 > 0


def test_readers_over_the_promise_are_counted() -> None:
    promise = SiteFrequency(caps=(Cap(2, 30, Counting.ALL),))
    kept, broken = from_articles(1), replace(from_articles(1), frequency=Frequency(is_always_asking=True))
    before = published(kept, frequency=promise)

    found = effect(before, broken)

    assert found.promise == Cap(2, 30, Counting.ALL)
    assert found.before.most <= 2 < found.after.most
    assert found.before.over_promise_share == 0 < found.after.over_promise_share
    assert "than the site promises, 2 times in 30 days (0 % today)" in promise_in_words(found)
    assert promise_in_words(effect(before, kept)).startswith("No reader would be asked more often than the site")
    assert promise_in_words(effect(published(), kept)).startswith("The site promises readers no limit")


def test_gates_are_no_asks() -> None:
    gate = make.campaign("members", kind=Kind.GATE, gate=Gate(GateType.PAYMENT, Strength.HARD))

    found = effect(published(), gate)

    assert found.after.gates_per_1000 > 0 == found.after.per_1000
    assert any(words.startswith("Gates met in 1,000 page views: 0 →") for words in effect_in_words(found))


def test_a_banner_that_can_be_closed_is_closed_by_some_readers() -> None:
    banner = from_articles(1, kind=Kind.BANNER, placement=Placement.PAGE_BOTTOM)
    always = replace(banner, is_dismissible=False)
    silent = {"silence_after_closing_seconds": 30 * make.DAY}

    found = effect(published(banner, **silent), always)

    assert found.after.per_1000 > found.before.per_1000


@pytest.mark.parametrize(
    "switches", [Switches(is_paused=True), Switches(paused_kinds=frozenset({Kind.EPIC, Kind.BANNER}))]
)
def test_a_pause_of_all_asks_hides_no_effect_and_the_settings_may_be_the_change(switches: Switches) -> None:
    before = published(from_articles(1), switches=switches)
    after = replace(before, site=replace(before.site, holdout_share=0.5))

    found = effect_of_change(before, after, NOW, readers=READERS)

    assert found.before.per_1000 > found.after.per_1000 > 0


def test_an_effect_is_told_in_sentences() -> None:
    words = effect_in_words(effect(published(from_articles(5)), from_articles(2)))

    assert [sentence.partition(":")[0] for sentence in words[:2]] == ["Asks in 1,000 page views", "“autumn”"]
    assert words[2].endswith(" % of readers would be asked more often, 0 % less often.")
    assert words[-1].startswith(f"Found by replaying {READERS} invented readers with ")
    assert "after 18 November 2026" in words[-1]
