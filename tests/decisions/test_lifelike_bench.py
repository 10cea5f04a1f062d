"""The bench sends the traffic of a newspaper, and the service answers all of it."""

from itertools import islice

from infra.bench.campaign_list import CURRENT, lively_snapshot
from infra.bench.lifelike import Newspaper
from infra.bench.newsroom import SITE
from infra.bench.traffic import readers, views
from service.decisions.compile import compile_site


def test_readers_keep_the_cookies_that_answers_bring() -> None:
    site = compile_site(lively_snapshot(CURRENT).site(SITE))
    newspaper = Newspaper(CURRENT, readers(site, 5))
    before = [dict(cookies) for cookies in newspaper.cookies]

    spent = [newspaper.answer(view) for view in islice(views(40, reader_count=5), 60)]

    assert site.dropped == ()
    assert min(spent) > 0
    assert all(new != old for new, old in zip(newspaper.cookies, before, strict=True))
    assert {len(cookies) for cookies in newspaper.cookies} <= set(range(2, 14))  # a passport and its notes


def test_pages_and_readers_are_as_uneven_as_a_newspapers() -> None:
    drawn = list(islice(views(3_000), 4_000))
    bodies = {view.body.split(b'"page_id":')[1].split(b",")[0] for view in drawn}

    assert 500 < len(bodies) < 2_000
    assert 0.2 < sum(view.reader is None for view in drawn) / len(drawn) < 0.4
