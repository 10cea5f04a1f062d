"""The staff API is guarded by roles, refuses wrong documents, keeps versions, and its changes are in force at once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.campaigns.campaign import Kind
from service.campaigns.documents import write_document
from service.campaigns.snapshot.holder import SnapshotHolder
from service.database.engine import application_engine
from service.services import EXTENSION, Services
from tests.campaigns.conftest import Bearer
from tests.campaigns.make import campaign_document, site_document

Headers = dict[str, str]


def put_site(staff: FlaskClient, editor: Headers, **changes: Any) -> None:
    assert staff.put("/v1/sites/courier", json=site_document(**changes), headers=editor).status_code == 200


def live_keys(services: Services) -> list[str]:
    return [campaign.key for campaign in services.part(SnapshotHolder).current().site("courier").campaigns]


def test_a_site_and_a_campaign_go_live_in_three_calls(staff: FlaskClient, editor: Headers, services: Services) -> None:
    put_site(staff, editor)
    saved = staff.put("/v1/campaigns/autumn", json=campaign_document(), headers=editor)
    assert saved.status_code == 200
    assert (saved.json or {})["published_version"] is None

    published = staff.post("/v1/campaigns/autumn/publish", headers=editor)

    assert published.status_code == 200
    assert (published.json or {})["published_version"] == 1
    assert live_keys(services) == ["autumn"]


def test_a_document_is_given_back_as_written_with_its_findings(staff: FlaskClient, editor: Headers) -> None:
    put_site(staff, editor)
    document = campaign_document(share=0)
    staff.put("/v1/campaigns/autumn", json=document, headers=editor)

    found = staff.get("/v1/campaigns/autumn", headers=editor).json or {}

    assert found["document"] == document
    assert found["version"] == 1
    assert found["is_paused"] is False
    assert found["findings"] == [
        {
            "severity": "problem",
            "subject": "campaign autumn",
            "rule": "never_shown",
            "words": "share is 0, so no reader ever sees it",
        }
    ]


def test_yaml_is_accepted_too_and_errors_name_the_line(staff: FlaskClient, editor: Headers) -> None:
    put_site(staff, editor)
    headers = editor | {"Content-Type": "application/yaml"}

    good = staff.put("/v1/campaigns/autumn", data=write_document(campaign_document()), headers=headers)
    bad = staff.put("/v1/campaigns/autumn", data="key: autumn\n  x: 1", headers=headers)

    assert good.status_code == 200
    assert bad.status_code == 422
    assert "(line 2)" in (bad.json or {})["errors"]["document"][0]


def test_a_wrong_field_in_yaml_is_named_with_its_line(staff: FlaskClient, editor: Headers) -> None:
    headers = editor | {"Content-Type": "application/yaml"}
    campaign = write_document(campaign_document()) + "prority: 3\n"

    site = staff.put("/v1/sites/courier", data="key: courier\nname: 7\n", headers=headers)
    misspelt = staff.put("/v1/campaigns/autumn", data=campaign, headers=headers)

    assert "name: must be text (line 2)" in (site.json or {})["errors"]["document"]
    assert (misspelt.json or {})["errors"]["document"] == [
        f"prority: is not a field here; did you mean priority? (line {campaign.count(chr(10))})"
    ]


def test_a_missing_key_is_taken_from_the_address_and_another_key_is_a_conflict(
    staff: FlaskClient, editor: Headers
) -> None:
    put_site(staff, editor)
    document = campaign_document()
    del document["key"]

    assert staff.put("/v1/campaigns/winter", json=document, headers=editor).status_code == 200
    assert staff.put("/v1/campaigns/spring", json=campaign_document(), headers=editor).status_code == 409


def test_an_editor_who_saves_an_outdated_version_gets_a_conflict(staff: FlaskClient, editor: Headers) -> None:
    put_site(staff, editor)
    staff.put("/v1/campaigns/autumn", json=campaign_document(), headers=editor)
    staff.put("/v1/campaigns/autumn", json=campaign_document(priority=1), headers=editor)

    answer = staff.put("/v1/campaigns/autumn", json=campaign_document(priority=2), headers=editor | {"If-Match": '"1"'})

    assert answer.status_code == 409
    assert (answer.json or {})["code"] == "conflict"


def test_a_roll_back_names_an_older_version(staff: FlaskClient, editor: Headers, services: Services) -> None:
    put_site(staff, editor)
    for name in ("One", "Two"):
        staff.put("/v1/campaigns/autumn", json=campaign_document(name=name), headers=editor)
        staff.post("/v1/campaigns/autumn/publish", headers=editor)

    staff.post("/v1/campaigns/autumn/publish", json={"version": 1}, headers=editor)

    assert services.part(SnapshotHolder).current().site("courier").campaigns[0].name == "One"
    versions = staff.get("/v1/campaigns/autumn/versions", headers=editor).json
    assert [version["version"] for version in versions or []] == [2, 1]


def test_publishing_at_an_instant_waits_for_it(staff: FlaskClient, editor: Headers, services: Services) -> None:
    put_site(staff, editor)
    staff.put("/v1/campaigns/autumn", json=campaign_document(), headers=editor)

    answer = staff.post("/v1/campaigns/autumn/publish", json={"at": "2026-11-18T12:00:00+00:00"}, headers=editor)

    assert (answer.json or {})["scheduled_version"] == 1
    assert live_keys(services) == []


def test_one_call_pauses_all_sites(staff: FlaskClient, editor: Headers, services: Services) -> None:
    put_site(staff, editor)

    answer = staff.post("/v1/pause", headers=editor)

    assert answer.json == {"is_paused": True}
    assert services.part(SnapshotHolder).current().site("courier").site.switches.is_paused
    staff.post("/v1/pause", json={"is_paused": False}, headers=editor)
    assert not services.part(SnapshotHolder).current().site("courier").site.switches.is_paused


@pytest.mark.parametrize(
    ("body", "paused"),
    [
        (None, "is_paused"),
        ({"placement": "article_top"}, "paused_placements"),
        ({"kind": "gate", "note": "a tragic day"}, "paused_kinds"),
    ],
)
def test_a_site_or_part_of_it_is_paused(
    staff: FlaskClient, editor: Headers, services: Services, body: dict[str, str] | None, paused: str
) -> None:
    put_site(staff, editor)

    answer = staff.post("/v1/sites/courier/pause", json=body, headers=editor) if body else staff.post(
        "/v1/sites/courier/pause", headers=editor
    )  # fmt: skip

    assert answer.status_code == 200
    assert getattr(services.part(SnapshotHolder).current().site("courier").site.switches, paused)


def test_a_pause_of_a_site_can_end_by_itself_and_keep_the_gates(
    staff: FlaskClient, editor: Headers, services: Services
) -> None:
    put_site(staff, editor)
    body = {"ends_at": "2026-11-18T12:00:00+00:00", "opens_gates": False, "note": "a sad day"}

    answer = staff.post("/v1/sites/courier/pause", json=body, headers=editor)

    assert answer.status_code == 200
    snapshot = services.part(SnapshotHolder).current()
    assert snapshot.site("courier").site.switches.paused_kinds == {Kind.EPIC, Kind.BANNER}
    assert snapshot.next_change_at == datetime(2026, 11, 18, 12, tzinfo=UTC)


def test_a_pause_that_is_over_before_it_begins_is_refused(staff: FlaskClient, editor: Headers) -> None:
    answer = staff.post("/v1/pause", json={"ends_at": "2026-11-18T10:00:00+00:00"}, headers=editor)

    assert answer.status_code == 422
    assert "ends_at" in answer.text


def test_a_campaign_is_paused_and_resumed(staff: FlaskClient, editor: Headers) -> None:
    put_site(staff, editor)
    staff.put("/v1/campaigns/autumn", json=campaign_document(), headers=editor)

    paused = staff.post("/v1/campaigns/autumn/pause", headers=editor)
    again = staff.post("/v1/campaigns/autumn/pause", json={"is_paused": False}, headers=editor)

    assert (paused.json or {})["is_paused"] is True
    assert (again.json or {})["is_paused"] is False


def test_the_record_of_changes_names_the_author(staff: FlaskClient, editor: Headers, bearer: Bearer) -> None:
    put_site(staff, editor)

    changes = staff.get("/v1/sites/courier/changes", headers=bearer("auditor")).json or []

    assert [change["act"] for change in changes] == ["publish", "save"]
    assert changes[0]["changed_by"].startswith("the editor (tok_")


def test_sites_and_campaigns_are_listed(staff: FlaskClient, editor: Headers) -> None:
    put_site(staff, editor)
    staff.put("/v1/campaigns/autumn", json=campaign_document(), headers=editor)

    assert [site["key"] for site in staff.get("/v1/sites", headers=editor).json or []] == ["courier"]
    campaigns = staff.get("/v1/campaigns?site=courier", headers=editor).json or []
    assert [campaign["key"] for campaign in campaigns] == ["autumn"]
    assert staff.get("/v1/campaigns?site=herald", headers=editor).json == []
    assert staff.get("/v1/campaigns?site=%00", headers=editor).json == []


def test_the_api_describes_itself(staff: FlaskClient) -> None:
    described = staff.get("/v1/openapi.json").json or {}

    body = described["paths"]["/v1/campaigns/{key}"]["put"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/Campaign"
    assert described["components"]["schemas"]["Campaign"]["additionalProperties"] is False


def test_without_a_database_the_answer_is_503_with_retry_after(
    staff_app: Flask, editor: Headers, services: Services
) -> None:
    gone = application_engine("postgresql://nobody@127.0.0.1:9/nothing")
    staff_app.extensions[EXTENSION] = replace(services, engine=gone)

    answer = staff_app.test_client().get("/v1/sites", headers=editor)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    gone.dispose()
