"""A draft is published now or later, by whom it may be; a newer version is a comparison and not a lost save."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.campaigns.drafts.draft_store import keep_draft
from service.campaigns.drafts.drafting import DraftName, open_draft, read_draft, with_typed_content
from service.campaigns.reading import describe, versions_of
from service.campaigns.store import DocumentKind
from service.database.transaction import committed
from service.staff.people import Person, Role
from service.staff.record_store import all_rows
from tests.conftest import SettableClock
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import add_person, client_of, signed_in

AUTUMN = "/console/courier/campaigns/autumn"
CAMPAIGN, SITE = DocumentKind.CAMPAIGN, DocumentKind.SITE


@pytest.fixture
def app(app: Flask) -> Flask:
    """The service with a site and a published campaign."""
    store_site(app)
    store_campaign(app)
    return app


@pytest.fixture
def publisher(app: Flask) -> Person:
    return add_person(services_of(app), Role.PUBLISHER, name="Ana")


def type_draft(app: Flask, person: Person, of: DocumentKind = CAMPAIGN, /, **changes: Any) -> None:
    """Keep a draft of a person with these fields changed."""
    services = services_of(app)
    name = DraftName(of, "autumn" if of is CAMPAIGN else "courier", person.id)
    with committed(services.engine) as connection:
        draft = open_draft(connection, name, services.clock())
        keep_draft(connection, with_typed_content(draft, {**draft.content, **changes}, services.clock()))


def plain(page: str) -> str:
    """Return the text of a page without markup, its spaces joined."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def deeds(app: Flask) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what is in the record besides people."""
    with committed(services_of(app).engine) as connection:
        rows = [row.deed for row in all_rows(connection)]
    return [(deed.act, deed.subject, dict(deed.details)) for deed in rows if deed.act != "sign_in"]


def test_the_difference_is_said_in_words_before_publishing(app: Flask, publisher: Person) -> None:
    copy = {
        "en": {"heading": "Stay with us for much longer", "button": "Contribute"},
        "ga": {"heading": "F", "button": "T"},
    }
    type_draft(app, publisher, reader={"article_count": {"min": 3}}, variants=[{"key": "control", "copy": copy}])

    page = client_of(app, publisher).get(f"{AUTUMN}/publish").get_data(as_text=True)

    assert "adds Irish" in page
    assert "Articles read: at least 3 articles" in plain(page)
    assert '<ins class="added"><span class="visually-hidden">added: </span> for much longer</ins>' in page
    assert "Readers of at least 3 articles AND who are not supporters" in plain(page)


def test_a_publisher_publishes_now(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority=5)
    client = client_of(app, publisher)

    answer = client.post(f"{AUTUMN}/publish", data={"when": "now"})

    assert answer.status_code == 303
    assert "Published." in client.get(answer.headers["Location"]).get_data(as_text=True)
    services = services_of(app)
    assert describe(services.engine, CAMPAIGN, "autumn", services.clock()).published_version == 2
    assert versions_of(services.engine, CAMPAIGN, "autumn")[0].saved_by == "Ana"
    assert deeds(app) == [
        ("publish_campaign", "autumn", {"site": "courier", "version": 2, "from_version": 1, "at": None})
    ]


def test_a_publisher_publishes_at_a_time_and_cancels_it(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority=5)
    client = client_of(app, publisher)

    client.post(f"{AUTUMN}/publish", data={"when": "later", "day": "2026-12-04", "time": "18:00"})
    page = client.get(f"{AUTUMN}/versions").get_data(as_text=True)

    assert "Version 2 comes into force on Friday 4 December 2026 18:00." in page
    client.post(f"{AUTUMN}/cancel-schedule")
    services = services_of(app)
    assert describe(services.engine, CAMPAIGN, "autumn", services.clock()).scheduled_version is None
    assert [act for act, _, _ in deeds(app)] == ["schedule_campaign", "cancel_schedule_of_campaign"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"day": "2026-02-30", "time": "18:00"}, "“2026-02-30” is not a day."),
        ({"day": "2026-12-04", "time": "25:00"}, "“25:00” is not a time of day."),
        ({"day": "2026-11-17", "time": "18:00"}, "This time is over already."),
        ({"day": "2199-11-17", "time": "18:00"}, "This day is too far away."),
    ],
)
def test_a_time_that_cannot_be_is_named_and_kept(
    app: Flask, publisher: Person, typed: dict[str, str], words: str
) -> None:
    type_draft(app, publisher, priority=5)

    answer = client_of(app, publisher).post(f"{AUTUMN}/publish", data={"when": "later", **typed})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'value="{typed["day"]}"' in page
    assert f'value="{typed["time"]}"' in page


def test_a_wrong_draft_is_not_published(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority="early")

    answer = client_of(app, publisher).post(f"{AUTUMN}/publish", data={"when": "now"})

    assert answer.status_code == 422
    assert "Priority must be a whole number." in answer.get_data(as_text=True)


def test_a_group_of_countries_that_the_site_lacks_is_named(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, reader={"countries": ["islands"]})
    client = client_of(app, publisher)

    answer = client.post(f"{AUTUMN}/publish", data={"when": "now"})

    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "islands is not one of the site&#39;s country groups" in page


def test_an_editor_hands_over_and_a_publisher_publishes(app: Flask, publisher: Person) -> None:
    editor = add_person(services_of(app), Role.EDITOR, name="Ben")
    type_draft(app, editor, priority=5)
    client = client_of(app, editor)

    refused = client.post(f"{AUTUMN}/publish", data={"when": "now"})
    client.post(f"{AUTUMN}/hand-over")
    services = services_of(app)

    assert refused.status_code == 403
    waiting = describe(services.engine, CAMPAIGN, "autumn", services.clock())
    assert (waiting.newest_version, waiting.published_version) == (2, 1)
    client_of(app, publisher).post(f"{AUTUMN}/versions/2/publish")
    assert describe(services.engine, CAMPAIGN, "autumn", services.clock()).published_version == 2
    assert [act for act, _, _ in deeds(app)] == ["refused", "hand_over_campaign", "publish_campaign"]


def test_two_editors_at_once_lose_nothing(app: Flask, publisher: Person) -> None:
    other = add_person(services_of(app), Role.PUBLISHER, name="Ben")
    type_draft(app, publisher, priority=5, fund="ARTS")
    type_draft(app, other, priority=7, share=0.5)
    client_of(app, publisher).post(f"{AUTUMN}/publish", data={"when": "now"})
    client = client_of(app, other)

    answer = client.post(f"{AUTUMN}/publish", data={"when": "now"})
    page = plain(client.get(answer.headers["Location"]).get_data(as_text=True))

    assert answer.headers["Location"] == f"{AUTUMN}/compare"
    assert "What did you and Ana write?" in page
    assert "Yours: Priority: 7" in page
    assert "Ana: Priority: 5" in page
    assert "Only you changed Share of readers: 50 %" in page
    assert "Only Ana changed Fund: ARTS" in page
    client.post(f"{AUTUMN}/compare", data={"newest": "2", "take:priority": "theirs"})
    client.post(f"{AUTUMN}/publish", data={"when": "now"})
    newest = versions_of(services_of(app).engine, CAMPAIGN, "autumn")[0]
    assert (newest.version, newest.saved_by) == (3, "Ben")
    assert (newest.content["priority"], newest.content["share"], newest.content["fund"]) == (5, 0.5, "ARTS")


def test_a_comparison_that_is_old_by_now_is_shown_again(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority=5)
    store_campaign(app, priority=6)

    answer = client_of(app, publisher).post(f"{AUTUMN}/compare", data={"newest": "1"})

    assert answer.headers["Location"] == f"{AUTUMN}/compare"


def test_without_a_newer_version_there_is_nothing_to_compare(app: Flask, publisher: Person) -> None:
    assert client_of(app, publisher).get(f"{AUTUMN}/compare").headers["Location"] == f"{AUTUMN}/edit"


def test_the_effect_is_found_before_publishing(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, frequency={"total_impressions": 0})
    client = client_of(app, publisher)

    part = client.get(f"{AUTUMN}/effect", headers={"HX-Request": "true"}).get_data(as_text=True)

    assert "Asks in 1,000 page views:" in part
    assert "invented readers" in part
    assert "<html" not in part
    assert "<html" in client.get(f"{AUTUMN}/effect").get_data(as_text=True)


def test_the_settings_of_a_site_are_drafted_and_published(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, SITE, quiet_hours="22:00-07:00")
    client = client_of(app, publisher)
    services = services_of(app)

    page = plain(client.get("/console/courier/settings/publish").get_data(as_text=True))
    assert "Quiet hours: 22:00-07:00" in page
    assert "22:00" not in str(describe(services.engine, SITE, "courier", services.clock()).document)
    client.post("/console/courier/settings/publish", data={"when": "now"})

    assert describe(services.engine, SITE, "courier", services.clock()).published_version == 2
    assert deeds(app)[-1][:2] == ("publish_site", "courier")


def test_a_gate_is_switched_on_only_with_a_second_person(app: Flask, publisher: Person) -> None:
    add_person(services_of(app), Role.PUBLISHER, name="Ben")
    type_draft(app, publisher, kind="gate", placement="over_article", frequency={}, cool_off={})
    client = client_of(app, publisher)

    page = client.get(f"{AUTUMN}/publish").get_data(as_text=True)
    assert "It switches a gate on." in page
    assert "Ben must agree first" in page
    assert "Ask for agreement" in page
    answer = client.post(f"{AUTUMN}/publish", data={"when": "now"})

    services = services_of(app)
    waiting = describe(services.engine, CAMPAIGN, "autumn", services.clock())
    assert (waiting.newest_version, waiting.published_version) == (2, 1)
    assert "second person" in client.get(answer.headers["Location"]).get_data(as_text=True)
    assert deeds(app)[-1][0] == "ask_for_agreement"


def test_a_scheduled_version_is_in_force_when_its_time_comes(
    app: Flask, publisher: Person, clock: SettableClock
) -> None:
    type_draft(app, publisher, priority=5)
    later = clock.now + timedelta(hours=1)

    client_of(app, publisher).post(
        f"{AUTUMN}/publish", data={"when": "later", "day": later.date().isoformat(), "time": f"{later:%H:%M}"}
    )
    clock.advance(hours=1)

    services = services_of(app)
    assert describe(services.engine, CAMPAIGN, "autumn", services.clock()).published_version == 2


@pytest.mark.parametrize("leaf", ["publish", "compare", "effect"])
def test_a_viewer_does_not_publish(app: Flask, leaf: str) -> None:
    client: FlaskClient = signed_in(app, Role.VIEWER)

    assert client.get(f"{AUTUMN}/{leaf}").status_code == 403


def test_publishing_ends_the_draft(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority=5)
    client_of(app, publisher).post(f"{AUTUMN}/publish", data={"when": "now"})

    assert read_draft(services_of(app).engine, DraftName(CAMPAIGN, "autumn", publisher.id)) is None


def test_a_publisher_without_another_one_publishes_a_gate_alone(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, kind="gate", placement="over_article", frequency={}, cool_off={})

    assert "must agree first" not in client_of(app, publisher).get(f"{AUTUMN}/publish").get_data(as_text=True)


def test_publishing_says_when_readers_see_a_campaign_that_starts_later(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, schedule={"starts": "2026-12-04 18:00"})
    client = client_of(app, publisher)

    page = plain(client.get(f"{AUTUMN}/publish").get_data(as_text=True))
    answer = client.post(f"{AUTUMN}/publish", data={"when": "now"})
    after = plain(client.get(answer.headers["Location"]).get_data(as_text=True))

    assert "readers see it from Friday 4 December 2026 18:00, when its schedule starts" in page
    assert answer.headers["Location"] == "/console/courier/campaigns#campaign-autumn"
    assert "Published. Readers see “autumn” from Friday 4 December 2026 18:00, when it starts." in after


def test_a_draft_that_readers_see_already_is_not_published_again(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority=5)
    client = client_of(app, publisher)

    for _ in range(2):
        answer = client.post(f"{AUTUMN}/publish", data={"when": "now"})

    assert "there is nothing to publish" in client.get(answer.headers["Location"]).get_data(as_text=True)
    assert [version.version for version in versions_of(services_of(app).engine, CAMPAIGN, "autumn")] == [2, 1]
    page = client.get(f"{AUTUMN}/publish").get_data(as_text=True)
    assert "Nothing to publish" in page
    assert 'name="when"' not in page


def test_a_missing_day_and_time_are_named(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, priority=5)

    page = client_of(app, publisher).post(f"{AUTUMN}/publish", data={"when": "later"}).get_data(as_text=True)

    assert "The day is missing. Write it like" in page
    assert "The time of day is missing. Write it like 18:00." in page


def test_the_effect_calls_campaigns_by_their_names(app: Flask, publisher: Person) -> None:
    type_draft(app, publisher, name="Autumn appeal", frequency={"total_impressions": 0})

    part = client_of(app, publisher).get(f"{AUTUMN}/effect", headers={"HX-Request": "true"}).get_data(as_text=True)

    assert "“Autumn appeal”: shown" in part
