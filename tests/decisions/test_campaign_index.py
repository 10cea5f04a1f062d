"""The index never changes a decision: it agrees with asking every rule about every campaign."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.bench.newsroom import NOW, compiled_newsroom, page_view
from schemas.decide import DecideSchema
from service.campaigns.reader_rules import Consent, SupporterState
from service.decisions.decide import decide
from service.decisions.situation import Purpose, Situation, Visit
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
def test_the_index_agrees_with_asking_every_rule(
    number: int, instant: int, visit: Visit, is_sensitive: bool, hides_appeals: bool
) -> None:
    situation = situation_at(number, instant, visit, is_sensitive=is_sensitive, hides_appeals=hides_appeals)

    assert decide(NEWSROOM, situation).choices == decide(NEWSROOM, situation, explains=True).choices
