"""A service that decides on campaigns held in memory, without a database, and the requests that a page sends to it."""

from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient

import service.decisions.api
import service.pages.api
import service.readers.api
from service.campaigns.campaign import Campaign
from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.campaigns.store import DocumentKind
from service.clock import Clock
from service.decisions.tally import Tally
from service.metrics import Metrics
from service.readers.passports.passport import PassportSealer
from service.sealing import KeyRing
from service.services import EXTENSION, Services
from service.settings import Settings
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from service.web.problems import ProblemApi, answer_errors_as_problems
from service.web.requests import complete_headers
from tests.decisions import make

Opener = Callable[..., FlaskClient]
TIDE = {"key": "tide", "name": "Tide", "timezone": "UTC", "home_url": "https://tide.example", "currency": "EUR"}
AUTUMN = {
    "key": "autumn",
    "site": "tide",
    "kind": "epic",
    "placement": "article_top",
    "reader": {"countries": ["AQ"]},
    "variants": [{"key": "control", "copy": {"en": {"heading": "Give", "button": "Give"}}}],
}


class HeldCampaigns:
    """A snapshot holder whose snapshot never changes."""

    is_loaded = True

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def current(self) -> Snapshot:
        return self.snapshot


def client_of(clock: Clock, *campaigns: Campaign, site: Site | None = None, **settings: Any) -> FlaskClient:
    """Return a client of a service that decides on the given campaigns and site."""
    where = site or make.site()
    drafts, engine = settings.pop("drafts", {}), settings.pop("engine", None)
    snapshot = SiteSnapshot(where, ZoneInfo(where.timezone), campaigns, drafts)
    effective = _settings(**settings)
    keys = KeyRing(effective.secret_keys)
    app = Flask("tests")
    app.config.update(API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.1.0", TESTING=True)
    app.extensions[EXTENSION] = Services(
        settings=effective,
        engine=cast("Any", engine),
        inbox=cast("Any", engine),
        clock=clock,
        gateway=cast("Any", None),
        jobs=cast("Any", None),
        metrics=Metrics(),
        keys=keys,
        parts={
            SnapshotHolder: HeldCampaigns(Snapshot(1, {where.key: snapshot})),
            PassportSealer: PassportSealer(keys),
            Tally: Tally(),
        },
    )
    app.after_request(complete_headers)
    api = ProblemApi(app)
    api.register_blueprint(service.decisions.api.blueprint)
    api.register_blueprint(service.readers.api.blueprint)
    app.register_blueprint(service.pages.api.blueprint)
    answer_errors_as_problems(app)
    return app.test_client()


def services_of(client: FlaskClient) -> Services:
    return cast("Services", client.application.extensions[EXTENSION])


def publish_autumn(services: Services) -> None:
    """Save the site Tide and publish its campaign Autumn, which is for readers in Antarctica."""
    author = Author("tests", make.NOW)
    save_site(services.engine, TIDE, author)
    save_campaign(services.engine, AUTUMN, author)
    publish(services.engine, DocumentKind.CAMPAIGN, "autumn", Release(), author)
    services.part(SnapshotHolder).refresh()


def editor_headers(services: Services) -> dict[str, str]:
    """Make a token with the role of an editor and return the headers that present it."""
    made = create_token(services.engine, services.settings.secret_keys, TokenRequest("t", TokenRole.EDITOR), make.NOW)
    return {"Authorization": f"Bearer {made.text}"}


def view(**changes: Any) -> dict[str, Any]:
    """Return the body of a decide request, for a page view of its own unless told otherwise."""
    return {"site": "tide", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full", **changes}


def decide(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    response = client.post("/v1/decide", json=view(**changes))
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def report(client: FlaskClient, prompt: dict[str, Any], event: str, event_id: str = "e1", **more: Any) -> Any:
    body = {"site": "tide", "prompt_token": prompt["prompt_token"], "event": event, "event_id": event_id, **more}
    return client.post("/v1/events", json=body)


def _settings(**changes: Any) -> Settings:
    given = {
        "public_url": "http://localhost",
        "country_header": "X-Country",
        "secret_keys": ("k" * 32,),
        "stripe_api_key": "sk_test_of_the_tests",
        "stripe_webhook_secrets": ("whsec_of_the_tests",),
    }
    return Settings(**{**given, **changes})
