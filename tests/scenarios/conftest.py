"""The whole service in process, beside a scripted Stripe."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.app import create_app
from service.campaigns.editing import Author, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.contributions.world import SITE
from tests.scenarios.scripted_stripe import ScriptedStripe, serving
from tests.scenarios.world import Stage
from tests.stripe import WEBHOOK_SECRET


@pytest.fixture
def stage(settings: Settings, clock: SettableClock) -> Iterator[Stage]:
    with serving(ScriptedStripe()) as stripe:
        settings = replace(
            settings, stripe_api_base=stripe.url, stripe_webhook_secrets=(WEBHOOK_SECRET, "whsec_before_last")
        )
        app = create_app(settings, clock=clock, has_background=False)
        services: Services = app.extensions[EXTENSION]
        save_site(services.engine, SITE, Author("editor@courier.example", clock()))
        services.part(SnapshotHolder).refresh()
        yield Stage(app, services, stripe, clock)
        services.close()
