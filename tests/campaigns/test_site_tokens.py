"""An editor's token for a single site reaches nothing of another site, by any route and by any detour."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.services import Services
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.campaigns.make import campaign_document, site_document

Headers = dict[str, str]


@pytest.fixture
def own(staff: FlaskClient, editor: Headers, services: Services) -> Headers:
    """The headers of an editor of the site `courier`. There is a site `tide` too, and a campaign of each."""
    for key, campaign in (("courier", "autumn"), ("tide", "spring")):
        assert staff.put(f"/v1/sites/{key}", json=site_document(key=key), headers=editor).status_code == 200
        document = campaign_document(key=campaign, site=key)
        assert staff.put(f"/v1/campaigns/{campaign}", json=document, headers=editor).status_code == 200
    wish = TokenRequest("desk", TokenRole.EDITOR, site="courier")
    made = create_token(services.engine, services.settings.secret_keys, wish, services.clock())
    return {"Authorization": f"Bearer {made.text}"}


PAUSE = {"is_paused": True}
ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/v1/sites/{site}", None),
    ("PUT", "/v1/sites/{site}", "site"),
    ("POST", "/v1/sites/{site}/publish", {}),
    ("POST", "/v1/sites/{site}/pause", PAUSE),
    ("GET", "/v1/sites/{site}/versions", None),
    ("GET", "/v1/sites/{site}/changes", None),
    ("GET", "/v1/campaigns/{campaign}", None),
    ("PUT", "/v1/campaigns/{campaign}", "campaign"),
    ("POST", "/v1/campaigns/{campaign}/publish", {}),
    ("POST", "/v1/campaigns/{campaign}/pause", PAUSE),
    ("GET", "/v1/campaigns/{campaign}/versions", None),
    ("GET", "/v1/campaigns/{campaign}/changes", None),
    ("GET", "/v1/campaigns?site={site}", None),
]


def call(staff: FlaskClient, headers: Headers, route: tuple[str, str, Any], site: str, campaign: str) -> int:
    method, path, body = route
    documents = {"site": site_document(key=site), "campaign": campaign_document(key=campaign, site=site)}
    sent = documents[body] if isinstance(body, str) else body
    return staff.open(path.format(site=site, campaign=campaign), method=method, json=sent, headers=headers).status_code


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
def test_a_token_for_a_site_reaches_that_site_alone(staff: FlaskClient, own: Headers, route: Any) -> None:
    assert call(staff, own, route, "tide", "spring") == 403
    assert call(staff, own, route, "courier", "autumn") == 200


def test_lists_show_the_own_site_alone(staff: FlaskClient, own: Headers, editor: Headers) -> None:
    for path, key in (("/v1/sites", "courier"), ("/v1/campaigns", "autumn")):
        assert [found["key"] for found in staff.get(path, headers=own).get_json()] == [key]
        assert len(staff.get(path, headers=editor).get_json()) == 2


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v1/campaigns/spring", campaign_document(key="spring", site="courier")),  # takes a foreign campaign over
        ("/v1/campaigns/autumn", campaign_document(key="autumn", site="tide")),  # gives an own campaign away
        ("/v1/campaigns/new", campaign_document(key="new", site="tide")),
        ("/v1/sites/new", site_document(key="new")),
    ],
)
def test_no_document_leads_into_another_site(
    staff: FlaskClient, own: Headers, path: str, document: dict[str, Any]
) -> None:
    assert staff.put(path, json=document, headers=own).status_code == 403


def test_a_new_campaign_of_the_own_site_may_be_saved(staff: FlaskClient, own: Headers) -> None:
    document = campaign_document(key="new", site="courier")

    assert staff.put("/v1/campaigns/new", json=document, headers=own).status_code == 200
    assert staff.get("/v1/campaigns/unknown", headers=own).status_code == 404


def test_nobody_of_a_single_site_pauses_all_sites(staff: FlaskClient, own: Headers) -> None:
    assert staff.post("/v1/pause", json=PAUSE, headers=own).status_code == 403
