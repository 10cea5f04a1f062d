"""Previews: signed, short-lived links that show a campaign and count nothing."""

from typing import Any

import pytest
from flask import Flask

from service.campaigns.campaign import Campaign, Kind, Status
from service.campaigns.gate import Gate, GateType
from service.campaigns.reader_rules import ReaderRules
from service.campaigns.site import Switches
from service.decisions.preview import Preview, seal_preview
from service.sealing import KeyRing
from service.services import Services
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.world import Opener, decide, editor_headers, publish_autumn, report

KEYS = ("k" * 32,)
NOBODY = ReaderRules(countries_any=frozenset({"AQ"}))
AIMED = make.campaign(reader=NOBODY, variants=(make.variant(), make.variant("b")))


def link(
    campaign: str = "autumn", variant: str = "", *, is_draft: bool = False, site: str = "tide", minutes: int = 60
) -> str:
    preview = Preview(site, campaign, variant, is_draft, make.instant() + minutes * 60)
    return seal_preview(KeyRing(KEYS), preview)


def shown(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(prompt["campaign"], prompt["variant"]) for prompt in body["prompts"]]


def test_a_preview_shows_a_blocked_campaign_and_says_which_rule_blocks_it(open_client: Opener) -> None:
    client = open_client(AIMED)

    body = decide(client, preview=link(variant="b"))

    assert shown(body) == [("autumn", "b")]
    assert body["trace"][0]["blocked_by"] == "country"
    assert "trace" not in decide(client)


def test_a_preview_spends_nothing_and_leaves_no_trace(open_client: Opener) -> None:
    campaign = make.campaign(frequency=make.capped(1, days=30))
    client = open_client(campaign)
    prompt = decide(client, preview=link())["prompts"][0]

    report(client, prompt, "seen")
    report(client, prompt, "dismissed", event_id="e2")

    assert decide(client)["reader"]["article_count"] == 1
    assert client.get("/my-data.json?site=tide").get_json()["held"]["prompts"] == []


def test_a_draft_is_seen_only_by_a_link_for_drafts(open_client: Opener) -> None:
    draft = make.campaign("draft", status=Status.DRAFT)
    client = open_client(make.campaign(), drafts={"draft": draft})

    assert shown(decide(client, preview=link("draft", is_draft=True))) == [("draft", "control")]
    assert shown(decide(client, preview=link("draft"))) == [("autumn", "control")]


@pytest.mark.parametrize("is_draft", [True, False])
def test_an_archived_campaign_can_be_looked_at_by_editors_alone(open_client: Opener, *, is_draft: bool) -> None:
    archived = make.campaign("last-year", status=Status.ARCHIVED)
    client = open_client(make.campaign(), drafts={"last-year": archived})

    assert shown(decide(client, preview=link("last-year", is_draft=is_draft))) == [("last-year", "control")]
    assert shown(decide(client)) == [("autumn", "control")]


@pytest.mark.parametrize("text", ["", "x", "A" * 80])
def test_an_invalid_preview_is_an_ordinary_view(open_client: Opener, text: str) -> None:
    client = open_client(AIMED)

    assert decide(client, preview=text)["prompts"] == []


def test_previews_run_out_and_belong_to_one_site(open_client: Opener, clock: SettableClock) -> None:
    client = open_client(AIMED)
    old, foreign = link(minutes=5), link(site="other")

    assert decide(client, preview=foreign)["prompts"] == []
    clock.advance(minutes=5)
    assert decide(client, preview=old)["prompts"] == []


@pytest.mark.parametrize("campaign", [AIMED, make.campaign(kind=Kind.GATE, gate=Gate(GateType.PAYMENT))])
def test_previews_obey_the_kill_switches(open_client: Opener, campaign: Campaign) -> None:
    paused = open_client(campaign, site=make.site(switches=Switches(is_paused=True)))

    body = decide(paused, preview=link())

    assert (body["prompts"], body["access"]["state"]) == ([], "open")


def test_a_page_without_the_placement_previews_nothing(open_client: Opener) -> None:
    assert decide(open_client(AIMED), preview=link(), placements=["article_end"])["prompts"] == []


def test_a_gate_can_be_previewed(open_client: Opener) -> None:
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.REGISTRATION), reader=NOBODY)

    body = decide(open_client(gate), preview=link("gate"))

    assert (body["access"]["state"], body["prompts"][0]["gate"]) == (
        "gated",
        {"type": "registration", "strength": "hard"},
    )


def test_a_preview_link_made_over_http_shows_the_campaign(app: Flask, app_services: Services) -> None:
    publish_autumn(app_services)
    client, headers = app.test_client(), editor_headers(app_services)

    made = client.post("/v1/previews", json={"site": "tide", "campaign": "autumn"}, headers=headers)
    body = decide(client, preview=made.get_json()["preview"])

    assert made.status_code == 201
    assert [prompt["campaign"] for prompt in body["prompts"]] == ["autumn"]
    assert body["trace"][0]["blocked_by"] == "country"


@pytest.mark.parametrize("names", [{"campaign": "none"}, {"campaign": "autumn", "variant": "none"}])
def test_no_link_is_made_for_a_campaign_or_variant_that_does_not_exist(
    app: Flask, app_services: Services, names: dict[str, str]
) -> None:
    publish_autumn(app_services)

    answer = app.test_client().post(
        "/v1/previews", json={"site": "tide", **names}, headers=editor_headers(app_services)
    )

    assert answer.status_code == 404
