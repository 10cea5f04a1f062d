"""The decision routes alone, over campaigns held in memory: no database, as on the road of a page view."""

from collections.abc import Callable
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

import service.pages.api
from service.campaigns.campaign import Campaign
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.decisions.api import blueprint
from service.decisions.tally import Tally
from service.metrics import Metrics
from service.readers.passport import PassportSealer
from service.sealing import KeyRing
from service.services import EXTENSION, Services
from service.settings import Settings
from service.web.problems import ProblemApi, answer_errors_as_problems
from service.web.requests import add_cors_headers
from tests.conftest import SettableClock
from tests.decisions import make


class HeldCampaigns:
    """A snapshot that stands still."""

    is_loaded = True

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def current(self) -> Snapshot:
        return self.snapshot


Opener = Callable[..., FlaskClient]


@pytest.fixture
def open_client(clock: SettableClock) -> Opener:
    """A client of a service that decides on the given campaigns and site."""

    def opened(*campaigns: Campaign, site: Site | None = None, **settings: Any) -> FlaskClient:
        where = site or make.site()
        drafts, engine = settings.pop("drafts", {}), settings.pop("engine", None)
        snapshot = SiteSnapshot(where, ZoneInfo(where.timezone), campaigns, drafts)
        app = Flask("tests")
        app.config.update(API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.1.0", TESTING=True)
        keys = settings.get("secret_keys", ("k" * 32,))
        stripe = {"stripe_api_key": "sk_test_of_the_tests", "stripe_webhook_secrets": ("whsec_of_the_tests",)}
        given = {
            "public_url": "http://localhost", "country_header": "X-Country", "secret_keys": keys, **stripe, **settings
        }  # fmt: skip
        held, passports, tally = HeldCampaigns(Snapshot(1, {where.key: snapshot})), PassportSealer(keys), Tally()
        app.extensions[EXTENSION] = Services(
            settings=Settings(**given),
            engine=cast("Any", engine),
            inbox=cast("Any", engine),
            clock=clock,
            gateway=cast("Any", None),
            jobs=cast("Any", None),
            metrics=Metrics(),
            keys=KeyRing(keys),
            parts={SnapshotHolder: held, PassportSealer: passports, Tally: tally},
        )
        app.after_request(add_cors_headers)
        ProblemApi(app).register_blueprint(blueprint)
        app.register_blueprint(service.pages.api.blueprint)
        answer_errors_as_problems(app)
        return app.test_client()

    return opened
