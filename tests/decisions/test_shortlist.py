"""The shortlist never changes a decision: it agrees with asking every rule."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.bench.newsroom import NOW, SITE, compiled_newsroom, page_view
from schemas.decide import DecideSchema
from service.campaigns.reader_rules import Consent, SupporterState
from service.decisions.decide import decide
from service.decisions.shortlist import MAX_SHORTLISTS, shortlisted
from service.decisions.situation import Page, Purpose, Situation, Visit
from service.readers.reader import new_reader
from service.readers.site_time import site_time_of

NEWSROOM = compiled_newsroom(30)
START = int(NOW.timestamp())
IRISH = Visit(consent=Consent.FULL, country="IE")
VISITS = (
    IRISH,
    *(IRISH._replace(**facts) for facts in ({"country": "US"}, {"country": None}, {"purpose": Purpose.CRAWL})),
)


def situation_at(number: int, instant: int, visit: Visit = IRISH, **page: Any) -> Situation:
    return Situation(
        site=NEWSROOM.site,
        page=DecideSchema().load(page_view(number)).facts.page._replace(**page),
        visit=visit,
        reader=new_reader(instant - 1000, number % 1000, 1),
        supporter=SupporterState.NONE,
        now=site_time_of(instant, NEWSROOM.zone),
    )


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 40),
    st.sampled_from([START, START + 59, START + 61, START + 44 * 86_400, START - 400 * 86_400]),
    st.sampled_from(VISITS),
    st.booleans(),
    st.booleans(),
)
def test_the_shortlist_agrees_with_asking_every_rule(
    number: int, instant: int, visit: Visit, is_sensitive: bool, hides_appeals: bool
) -> None:
    situation = situation_at(number, instant, visit, is_sensitive=is_sensitive, hides_appeals=hides_appeals)

    assert decide(NEWSROOM, situation).choices == decide(NEWSROOM, situation, explains=True).choices


def test_page_rules_are_asked_once_a_minute() -> None:
    first = shortlisted(NEWSROOM, situation_at(1, START))

    assert shortlisted(NEWSROOM, situation_at(1, START + 1)) is first
    assert shortlisted(NEWSROOM, situation_at(1, START + 60)) is not first


def test_another_view_id_has_the_same_shortlist() -> None:
    situation = situation_at(1, START)
    other = situation._replace(view_id="another")

    assert shortlisted(NEWSROOM, other) is shortlisted(NEWSROOM, situation)


def test_another_kind_of_visit_has_its_own_shortlist() -> None:
    here, elsewhere = situation_at(1, START), situation_at(1, START, VISITS[1])

    assert shortlisted(NEWSROOM, here).appeals
    assert not shortlisted(NEWSROOM, elsewhere).appeals
    assert shortlisted(NEWSROOM, here) is shortlisted(NEWSROOM, situation_at(1, START))


def test_rules_about_the_readers_history_are_left_and_no_others() -> None:
    rules = {
        rule.name for candidate in shortlisted(NEWSROOM, situation_at(1, START)).appeals for rule in candidate.rules
    }

    assert {"articles", "supporter", "caps"} <= rules
    assert not rules & {"status", "topic", "country", "visit", "consent", "device"}


def test_the_number_of_shortlists_is_bounded() -> None:
    situation = situation_at(1, START)
    for number in range(MAX_SHORTLISTS + 5):
        shortlisted(NEWSROOM, situation._replace(page=Page(page_id=f"p{number}")))

    assert sum(len(pages) for pages in NEWSROOM.shortlists.values()) <= MAX_SHORTLISTS
    assert NEWSROOM.site.key == SITE
