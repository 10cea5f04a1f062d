"""GET /my-data and DELETE /v1/passport: a reader sees, downloads and erases the passport."""

from dataclasses import replace

import pytest

from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import Snapshot
from service.readers.history import Reading, choosing, record_view
from service.readers.merge import merged
from tests.decisions import make
from tests.decisions.world import Opener, decide, report, services_of


def test_a_reader_sees_downloads_and_erases_the_passport(open_client: Opener) -> None:
    client = open_client(make.campaign())
    prompt = decide(client)["prompts"][0]
    report(client, prompt, "seen")
    report(client, prompt, "dismissed", event_id="e2")

    page = client.get("/my-data?site=tide")
    assert page.status_code == 200
    assert "Appeals closed" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"
    held = client.get("/my-data.json?site=tide").get_json()["held"]
    assert (held["page_views"], held["prompts"][0]["seen"], held["prompts"][0]["dismissed"]) == (1, 1, 1)

    erased = client.post("/my-data/erase?site=tide")
    assert (erased.status_code, erased.headers["Location"]) == (303, "/my-data?site=tide&erased=1")
    assert client.get("/my-data.json?site=tide").get_json() == {"site": "tide", "held": None}


def test_the_widget_erases_the_passport_when_consent_is_withdrawn(open_client: Opener) -> None:
    client = open_client(make.campaign())
    decide(client)
    decide(client)

    response = client.delete("/v1/passport?site=tide", headers={"Origin": "https://tide.example"})

    assert response.status_code == 204
    assert decide(client)["reader"]["article_count"] == 1


def test_a_page_elsewhere_can_erase_nothing(open_client: Opener) -> None:
    client = open_client(make.campaign())

    for response in (
        client.delete("/v1/passport?site=tide", headers={"Origin": "https://evil.example"}),
        client.post("/my-data/erase?site=tide", headers={"Origin": "https://evil.example"}),
    ):
        assert response.status_code == 403
        assert "Set-Cookie" not in response.headers


def test_a_preflight_from_a_page_of_the_site_allows_erasing(open_client: Opener) -> None:
    response = open_client(make.campaign()).options("/v1/passport", headers={"Origin": "https://tide.example"})

    assert (response.status_code, response.headers["Access-Control-Allow-Methods"]) == (204, "DELETE")


def test_a_reader_stops_and_resumes_the_counting_of_articles_on_the_own_page(open_client: Opener) -> None:
    client = open_client(make.campaign())
    for _ in range(2):
        decide(client, tags=["tides"])

    stopped = client.post("/my-data/counting?site=tide", data={"counts_articles": "0"})
    assert (stopped.status_code, stopped.headers["Location"]) == (303, "/my-data?site=tide")
    assert decide(client, tags=["tides"])["reader"]["article_count"] == 0
    held = client.get("/my-data.json?site=tide").get_json()["held"]
    assert (held["counts_articles"], held["page_views"], held["articles_per_topic_and_week"]) == (False, 3, [])
    assert "Count my articles again" in client.get("/my-data?site=tide").get_data(as_text=True)

    client.post("/my-data/counting?site=tide", data={"counts_articles": "1"})
    assert decide(client)["reader"]["article_count"] == 1
    assert "Stop counting my articles" in client.get("/my-data?site=tide").get_data(as_text=True)


def test_a_page_tells_the_choice_for_a_passport_that_it_keeps(open_client: Opener) -> None:
    client = open_client(make.campaign())
    passport = decide(client, passport="")["passport"]

    answer = client.post("/v1/article-counting", json={"site": "tide", "counts_articles": False, "passport": passport})

    assert answer.get_json()["counts_articles"] is False
    assert "Set-Cookie" not in answer.headers
    assert decide(client, passport=answer.get_json()["passport"])["reader"]["article_count"] == 0


def test_a_choice_without_a_passport_begins_one_that_holds_only_the_choice(open_client: Opener) -> None:
    client = open_client(make.campaign())

    answer = client.post("/v1/article-counting", json={"site": "tide", "counts_articles": False})

    assert answer.get_json() == {"counts_articles": False, "passport": None}
    assert decide(client)["reader"]["article_count"] == 0
    refused = client.post(
        "/v1/article-counting",
        json={"site": "tide", "counts_articles": False},
        headers={"Origin": "https://evil.example"},
    )
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (403, False)
    allowed = client.options("/v1/article-counting", headers={"Origin": "https://tide.example"})
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Methods"]) == (204, "POST")


def test_a_signed_in_readers_devices_follow_the_latest_choice() -> None:
    row = record_view(make.reader(link=5), Reading("v", "/a", True), make.time_at())
    phone = choosing(row, make.instant() + 10, counts_articles=False)

    joined = merged(row, phone, 5, make.instant() + 20)
    again = merged(joined, choosing(joined, make.instant() + 30, counts_articles=True), 5, make.instant() + 40)
    old = merged(again, phone, 5, make.instant() + 50)

    assert [(reader.counting.is_stopped, sum(reader.history.days)) for reader in (joined, again, old)] == [
        (True, 0),
        (False, 0),
        (False, 0),
    ]


def test_without_a_site_stored_data_is_that_of_the_only_site(open_client: Opener) -> None:
    answer = open_client(make.campaign()).get("/my-data")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/my-data?site=tide")


@pytest.mark.parametrize("count", [0, 2])
def test_without_a_site_several_sites_are_listed(open_client: Opener, count: int) -> None:
    client = open_client(make.campaign())
    holder = services_of(client).part(SnapshotHolder)
    (snapshot,) = holder.current().sites.values()
    keys = ["tide", "ebb"][:count]
    sites = {key: replace(snapshot, site=replace(snapshot.site, key=key, name=f"The <{key}>")) for key in keys}
    holder.snapshot = Snapshot(2, sites)  # type: ignore[attr-defined]

    page = client.get("/my-data")

    assert page.status_code == 200
    assert [f'href="/my-data?site={key}"' in page.text for key in ("tide", "ebb")] == [count > 0, count > 0]
    assert "<tide>" not in page.text
