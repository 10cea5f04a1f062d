"""The screen Why?: a described reader, a reader's code, an article that is read, and what is refused."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from service.app import create_app
from service.campaigns.editing import Author, save_campaign
from service.campaigns.reader_rules import Device
from service.campaigns.snapshot.holder import SnapshotHolder
from service.console.screens.why.article import full_address
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_event
from service.readers.passports.reader_code import ReaderCode, seal_code
from service.services import EXTENSION, Services
from service.settings import Settings
from service.staff.people import Role
from tests.browser.stub import serving
from tests.conftest import SettableClock
from tests.console.published import APPEAL, HOSTILE, publish_site
from tests.decisions import make
from tests.staff.signed_in import signed_in

ARTICLE = """<!doctype html><html lang="en"><head><meta name="keepopen:section" content="Culture">
<meta name="keepopen:page_type" content="article"><meta name="keepopen:tags" content="books"></head>
<body><keep-open placement="article_end"></keep-open></body></html>"""


@pytest.fixture
def client(app: Flask, app_services: Services) -> FlaskClient:
    publish_site(app_services, APPEAL)
    return signed_in(app, Role.VIEWER)


@pytest.fixture
def newspaper() -> Iterator[str]:
    """A newspaper on this machine with an article."""
    app = Flask(__name__)
    app.add_url_rule("/story", "story", lambda: ARTICLE)
    with serving(app) as url:
        yield url


def text_of(page: str) -> str:
    """Return what the page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_without_a_question_there_is_a_form_and_no_answer(client: FlaskClient) -> None:
    answer = client.get("/console/tide/why")

    assert answer.status_code == 200
    assert "Why did this reader see this, or not?" in answer.text
    assert 'id="answer"' not in answer.text


def test_a_described_reader_has_an_address_that_holds_the_question(client: FlaskClient) -> None:
    form = {"articles": "5", "country": "ie", "closed_at": "", "consent": "full", "supporter": "recurring"}

    sent = client.post("/console/tide/why", data=form)
    page = client.get(sent.location)

    assert sent.status_code == 303
    assert sent.location == "/console/tide/why?supporter=recurring&country=ie#answer"
    assert "Not asked: the reader contributes regularly" in text_of(page.text)
    assert "Let the campaign ask such readers." in page.text
    assert page.text.count("<time datetime=") == 30


def test_a_closed_appeal_is_explained_with_the_day_it_returns(client: FlaskClient, clock: SettableClock) -> None:
    at = clock().strftime("%Y-%m-%dT08:00")

    page = client.get(f"/console/tide/why?country=IE&asked_campaign=autumn&asked_at={at}&closed_at={at}").text

    sentence = f"Not asked: closed “Autumn {HOSTILE}” today at 08:00, silent until "
    assert str(escape(sentence)) in page
    assert HOSTILE not in page
    assert "It can be shown again from" in page


def test_every_rule_is_in_the_files(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/console/tide/why?country=FR&format=csv").text)))
    data = json.loads(client.get("/console/tide/why?country=FR&format=json").text)["rows"]

    country = next(row for row in rows if row["rule"] == "country")
    assert (country["passed"], country["value"], country["campaign"]) == ("false", "FR", "autumn")
    assert [row["rule"] for row in data] == [row["rule"] for row in rows]


def test_fields_that_cannot_be_read_are_named_and_kept(client: FlaskClient) -> None:
    page = client.get("/console/tide/why?articles=many&country=Ireland&at=soon").text

    assert "3 fields need your attention" in page
    assert 'value="many"' in page
    assert '<a href="#country">This must be a country code of two letters' in page
    assert 'id="answer"' not in page


def test_a_code_is_answered_without_an_address(client: FlaskClient, app_services: Services) -> None:
    now = int(app_services.clock().timestamp())
    reader = record_event(make.reader(), PromptEvent.DISMISSED, campaign_fingerprint("autumn"), 0, now - 3 * make.DAY)
    code = seal_code(app_services.keys, "tide", ReaderCode(reader, "IE", Device.IOS, now))

    answer = client.post("/console/tide/why", data={"code": code, "articles": "5"})

    assert answer.status_code == 200
    assert "Not asked: closed" in text_of(answer.text)
    assert "Appeals closed" in answer.text
    assert "format=csv" not in answer.text


def test_a_code_that_cannot_be_used_is_an_error_of_its_field(client: FlaskClient, app_services: Services) -> None:
    old = seal_code(app_services.keys, "tide", ReaderCode(make.reader(), None, Device.IOS, 0))

    unreadable = client.post("/console/tide/why", data={"code": "no code"})
    expired = client.post("/console/tide/why", data={"code": old})

    assert (unreadable.status_code, expired.status_code) == (422, 422)
    assert "This is not a whole code of a reader of this site" in unreadable.text
    assert "no code</textarea>" in unreadable.text
    assert "This code is older than 2 days" in expired.text


@pytest.fixture
def local_app(settings: Settings, clock: SettableClock) -> Iterator[Flask]:
    """A service for this machine alone, as in the demo, which reads pages on this machine."""
    app = create_app(replace(settings, public_url="http://127.0.0.1:8000"), clock=clock, has_background=False)
    yield app
    app.extensions[EXTENSION].close()


def test_the_facts_of_an_article_are_read_from_its_page(local_app: Flask, newspaper: str) -> None:
    story, campaign = f"{newspaper}/story", {**APPEAL, "placement": "article_end", "page": {"sections": ["culture"]}}
    publish_site(local_app.extensions[EXTENSION], campaign, origins=[newspaper])

    page = signed_in(local_app).get(f"/console/tide/why?country=IE&address={story}").text

    assert "Asked: “Autumn" in page
    assert 'value="Culture"' in page
    link = re.search(r'href="([^"]+keepopen_preview=[^"]+)"', page)
    assert link
    assert link[1].startswith(f"{story}?keepopen_preview=")
    body = {"site": "tide", "view_id": "v", "page_id": "/story", "section": "culture", "preview": link[1].split("=")[1]}
    shown = local_app.test_client().post("/v1/decide", json=body).get_json()
    assert [prompt["campaign"] for prompt in shown["prompts"]] == ["autumn"]


def test_a_service_on_the_internet_reads_no_page_on_its_own_machine(
    app: Flask, app_services: Services, newspaper: str
) -> None:
    publish_site(app_services, APPEAL, origins=[newspaper])

    page = signed_in(app).get(f"/console/tide/why?address={newspaper}/story").text

    assert "pages on the machine of the service are not read" in page


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://elsewhere.example/story", "it is not a page of Tide, whose pages begin with https://tide.example"),
        ("https://tide.example@10.0.0.1/", "it is not a page of Tide"),
        ("file:///etc/passwd", "it is not a page of Tide"),
        ("http://169.254.169.254/latest", "it is not a page of Tide"),
        ("https://tide.example/story", "tide.example cannot be found"),
    ],
)
def test_only_pages_of_the_site_are_fetched(client: FlaskClient, address: str, reason: str) -> None:
    page = client.get("/console/tide/why", query_string={"address": address}).text

    assert f"The page cannot be read: {reason}" in page


def test_a_page_of_the_site_that_lies_in_our_network_is_not_fetched(app: Flask, app_services: Services) -> None:
    publish_site(app_services, APPEAL, origins=["https://10.0.0.7"])

    page = signed_in(app).get("/console/tide/why?address=https://10.0.0.7/story").text

    assert "10.0.0.7 is not a public address" in page


def test_a_person_of_another_site_sees_nothing(app: Flask, app_services: Services) -> None:
    publish_site(app_services, APPEAL)

    assert signed_in(app, sites=frozenset({"other"})).get("/console/tide/why").status_code == 404
    assert app.test_client().get("/console/tide/why").status_code == 303


def test_a_site_without_campaigns_says_so(app: Flask, app_services: Services) -> None:
    publish_site(app_services)

    assert "The site has no live campaign." in signed_in(app).get("/console/tide/why?country=IE").text


def test_campaigns_that_are_not_live_are_named_too(app: Flask, app_services: Services) -> None:
    publish_site(app_services, APPEAL)
    author = Author("tests", app_services.clock())
    save_campaign(app_services.engine, {**APPEAL, "key": "winter", "name": f"Winter {HOSTILE}"}, author)
    app_services.part(SnapshotHolder).refresh()

    page = signed_in(app, Role.EDITOR).get("/console/tide/why?country=IE").text

    assert "1 campaign is not live, so no reader sees it" in page
    assert '<a href="/console/tide/campaigns/winter/edit">' in page
    assert ": not published" in page
    assert HOSTILE not in page


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("/story", "https://tide.example/story"),
        ("tide.example/story", "https://tide.example/story"),
        ("http://tide.example/story", "http://tide.example/story"),
        ("", ""),
    ],
)
def test_an_address_may_be_pasted_without_its_beginning(typed: str, address: str) -> None:
    assert full_address(typed, make.site(home_url="https://tide.example/")) == address
