"""What staff ask the engine over HTTP and on the command line, in the whole application."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.services import Services
from service.tokens.store import Role
from service.tokens.tokens import TokenRequest, create_token
from tests.decisions import make

SITE = {"key": "tide", "name": "Tide", "timezone": "UTC", "home_url": "https://tide.example", "currency": "EUR"}
CAMPAIGN = {
    "key": "autumn",
    "site": "tide",
    "kind": "epic",
    "placement": "article_top",
    "reader": {"countries": ["AQ"]},
    "variants": [{"key": "control", "copy": {"en": {"heading": "Give", "button": "Give"}}}],
}


@pytest.fixture
def token(app_services: Services) -> str:
    services = app_services
    author = Author("tests", make.NOW)
    save_site(services.engine, SITE, author)
    save_campaign(services.engine, CAMPAIGN, author)
    publish(services.engine, DocumentKind.CAMPAIGN, "autumn", Release(), author)
    services.part(SnapshotHolder).refresh()
    made = create_token(services.engine, services.settings.secret_keys, TokenRequest("t", Role.EDITOR), make.NOW)
    return made.text


def post(app: Flask, path: str, token: str | None, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().post(path, headers=headers, **body)


def test_simulations_run_over_http_for_staff(app: Flask, token: str) -> None:
    body = {"campaigns": [{"key": "a"}], "steps": [{"at": "2026-11-18T10:00:00Z", "view": {}}]}

    answer = post(app, "/v1/simulate", token, json=body)
    refused = post(app, "/v1/simulate", None, json=body)
    wrong = post(app, "/v1/simulate", token, data="campaigns: [{key: A}]\nsteps: []\n")

    assert [one["shown"] for one in answer.get_json()["decisions"]] == [["a"]]
    assert (refused.status_code, refused.get_json()["code"]) == (401, "unauthorized")
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "invalid_document")
    assert "line 1" in wrong.get_json()["errors"]["document"][0]


def test_a_preview_link_shows_the_campaign(app: Flask, token: str) -> None:
    made = post(app, "/v1/previews", token, json={"site": "tide", "campaign": "autumn"})
    assert made.status_code == 201

    view = {"site": "tide", "view_id": "v", "page_id": "/a", "preview": made.get_json()["preview"]}
    body = app.test_client().post("/v1/decide", json=view).get_json()

    assert [one["campaign"] for one in body["prompts"]] == ["autumn"]
    assert body["trace"][0]["blocked_by"] == "country"


@pytest.mark.parametrize("asked", [{"campaign": "none"}, {"campaign": "autumn", "variant": "none"}])
def test_a_preview_of_what_is_not_there_is_not_found(app: Flask, token: str, asked: dict[str, str]) -> None:
    assert post(app, "/v1/previews", token, json={"site": "tide", **asked}).status_code == 404


def test_replay_and_preview_and_forgetting_on_the_command_line(app: Flask, token: str, tmp_path: Path) -> None:
    assert token
    draft, views = tmp_path / "draft.yaml", tmp_path / "views.jsonl"
    words = "{en: {heading: Give, button: Give}}"
    draft.write_text(
        f"key: autumn\nsite: tide\nkind: epic\nplacement: article_top\nvariants: [{{key: control, copy: {words}}}]\n"
    )
    views.write_text('{"steps": [{"at": "2026-11-18 10:00", "view": {}}]}\n' * 4)
    run = app.test_cli_runner().invoke

    replayed = run(args=["campaigns", "replay", "--views", str(views), str(draft)])
    link = run(args=["campaigns", "preview", "tide", "autumn"])
    gone = run(args=["campaigns", "preview", "tide", "none"])
    forgotten = run(args=["readers", "forget-account", "tide", "reader-1"])

    assert "4 of 4 decisions would change (100.0%)" in replayed.output
    assert "keepopen_preview=" in link.output
    assert (gone.exit_code, "no such campaign" in gone.output) == (1, True)
    assert "Nothing was held." in forgotten.output
