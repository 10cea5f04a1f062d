"""While the database is read-only or away, every road answers with a 503 or without it, and never with a 500."""

from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.checkout.support_token import new_support_token
from service.services import Services
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.campaigns.make import campaign_document, site_document
from tests.conftest import NOW, plain_address

DAYS = "from=2026-11-01&to=2026-11-18"
REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/", None),
    ("GET", "/livez", None),
    ("GET", "/readyz", None),
    ("GET", "/metrics", None),
    ("GET", "/support/courier", None),
    ("GET", "/my-data?site=courier", None),
    ("GET", f"/v1/exports/contributions.csv?{DAYS}", None),
    ("GET", f"/v1/exports/contributions.json?{DAYS}", None),
    ("GET", f"/v1/exports/contributions.xlsx?{DAYS}", None),
    ("GET", f"/v1/exports/journal.csv?{DAYS}&layout=xero", None),
    ("GET", f"/v1/insights/courier?{DAYS}", None),
    ("GET", "/v1/sites", None),
    ("GET", "/v1/campaigns/autumn", None),
    ("PUT", "/v1/sites/courier", site_document()),
    ("PUT", "/v1/campaigns/autumn", campaign_document()),
    ("POST", "/v1/campaigns/autumn/publish", {}),
    ("POST", "/v1/pause", {"is_paused": True}),
    ("POST", "/v1/refunds", {"charge_id": "ch_1", "key": "wish-0001"}),
    ("POST", "/v1/portal", {"site": "courier", "email": "mary@reader.example"}),
    ("POST", "/v1/checkout", "checkout"),
    ("POST", "/v1/decide", {"site": "courier", "view_id": "v", "page_id": "p"}),
]


@pytest.fixture
def admin(app: Flask, app_services: Services) -> dict[str, str]:
    """The headers of an administrator of a service with a site and a campaign."""
    wish = TokenRequest("t", TokenRole.ADMIN)
    token = create_token(app_services.engine, app_services.settings.secret_keys, wish, NOW)
    headers = {"Authorization": f"Bearer {token.text}"}
    for path, document in (("/v1/sites/courier", site_document()), ("/v1/campaigns/autumn", campaign_document())):
        assert app.test_client().put(path, json=document, headers=headers).status_code == 200
    app_services.part(SnapshotHolder).refresh()
    return headers


def statuses(app: Flask, services: Services, headers: dict[str, str]) -> dict[str, int]:
    """Send every request and return the statuses, by method and path."""
    client = app.test_client()
    form = {"support_token": new_support_token(services.keys, "courier", int(NOW.timestamp()))}
    checkout = {**form, "interval": "one_off", "amount": "5", "currency": "EUR"}
    found = {}
    for method, path, body in REQUESTS:
        sent = checkout if body == "checkout" else body
        found[f"{method} {path}"] = client.open(path, method=method, json=sent, headers=headers).status_code
    return found


def test_a_read_only_database_is_a_503_for_what_must_be_written(
    app: Flask, app_services: Services, admin: dict[str, str], database_address: str
) -> None:
    with psycopg.connect(plain_address(database_address), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    app_services.close()

    found = statuses(app, app_services, admin)

    assert {path: status for path, status in found.items() if status not in {200, 503}} == {}
    assert found["GET /v1/sites"] == 200
    assert found[f"GET /v1/exports/contributions.csv?{DAYS}"] == 503
    assert found["POST /v1/portal"] == 503


def test_a_database_that_is_away_stops_no_page_view(
    app: Flask, app_services: Services, admin: dict[str, str], database_address: str, postgresql: str
) -> None:
    name = make_url(database_address).database
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        app_services.close()

        found = statuses(app, app_services, admin)

        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    assert {path: status for path, status in found.items() if status not in {200, 503}} == {}
    assert found["POST /v1/decide"] == 200
    assert found["GET /v1/sites"] == 503
