"""POST /v1/simulate."""

from flask import Flask

from service.services import Services
from tests.decisions.world import editor_headers


def test_staff_run_simulations_over_http(app: Flask, app_services: Services) -> None:
    body = {"campaigns": [{"key": "a"}], "steps": [{"at": "2026-11-18T10:00:00Z", "view": {}}]}
    client, headers = app.test_client(), editor_headers(app_services)

    answer = client.post("/v1/simulate", json=body, headers=headers)
    refused = client.post("/v1/simulate", json=body)
    wrong = client.post("/v1/simulate", data="campaigns: [{key: A}]\nsteps: []\n", headers=headers)

    assert [view["shown"] for view in answer.get_json()["decisions"]] == [["a"]]
    assert (refused.status_code, refused.get_json()["code"]) == (401, "unauthorized")
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "invalid_document")
    assert "line 1" in wrong.get_json()["errors"]["document"][0]
