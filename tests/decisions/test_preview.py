"""Previews: signed, short-lived links that show a campaign and count nothing."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given

from service.campaigns.campaign import Campaign, Kind, Status
from service.campaigns.gate import Gate, GateType
from service.campaigns.reader_rules import Consent, ReaderRules
from service.campaigns.site import Switches
from service.decisions.preview import AsReader, Preview, open_as_reader, seal_as_reader, seal_preview
from service.readers.impressions import PromptEvent, campaign_fingerprint, record_event
from service.readers.reader import Reader
from service.sealing import KeyRing
from service.services import Services
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.world import Opener, decide, editor_headers, publish_autumn, report
from tests.readers.make import readers

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


def as_reader(reader: Reader, *, at: int = 0, site: str = "tide", minutes: int = 60, **visit: Any) -> str:
    shown = AsReader(site, make.instant() + minutes * 60, reader, make.visit(**visit), at)
    return seal_as_reader(KeyRing(KEYS), shown)


def test_a_page_is_shown_as_a_described_reader_sees_it(open_client: Opener) -> None:
    irish = make.campaign(reader=ReaderRules(countries_any=frozenset({"IE"})), frequency=make.capped(1, days=7))
    client = open_client(irish)
    asked = record_event(
        make.reader(), PromptEvent.SEEN, campaign_fingerprint("autumn"), 0, make.instant() - 6 * make.DAY
    )

    shown_now, capped, later, abroad = (
        decide(client, preview=text)
        for text in (
            as_reader(make.reader(), country="IE"),
            as_reader(asked, country="IE"),
            as_reader(asked, country="IE", at=make.instant() + make.DAY),
            as_reader(make.reader(), country="FR"),
        )
    )

    assert [shown(body) for body in (shown_now, capped, later, abroad)] == [
        [("autumn", "control")], [], [("autumn", "control")], [],
    ]  # fmt: skip
    assert [body["trace"][0]["blocked_by"] for body in (capped, abroad)] == ["caps", "country"]
    assert decide(client)["reader"]["article_count"] == 1  # the previews counted nothing


@pytest.mark.parametrize("changes", [{"site": "other"}, {"minutes": 0}])
def test_a_link_as_a_reader_of_another_site_or_of_yesterday_shows_nothing(
    open_client: Opener, changes: dict[str, Any]
) -> None:
    client = open_client(make.campaign(reader=NOBODY))

    body = decide(client, preview=as_reader(make.reader(), country="AQ", **changes))

    assert shown(body) == []
    assert "trace" not in body


@given(readers)
def test_a_link_as_a_reader_holds_the_reader(reader: Reader) -> None:
    ring, visit = KeyRing(KEYS), make.visit(consent=Consent.METER, country="IE", language="ga", is_signed_in=True)

    opened = open_as_reader(ring, seal_as_reader(ring, AsReader("tide", 9, reader, visit)), "tide", 8)

    assert opened is not None
    assert opened.visit == visit
    assert (opened.reader.bucket, opened.reader.support) == (reader.bucket, reader.support)
