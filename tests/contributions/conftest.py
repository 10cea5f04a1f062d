"""A newsroom that takes contributions: the service on a new database, with Stripe's sandbox."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.app import create_app
from service.campaigns.editing import Author, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.contributions.world import SITE, Newsroom
from tests.stripe import StripeStand, stripe_stand


@pytest.fixture
def stripe(clock: SettableClock) -> Iterator[StripeStand]:
    with stripe_stand(clock) as stand:
        yield stand


@pytest.fixture
def newsroom(settings: Settings, clock: SettableClock, stripe: StripeStand) -> Iterator[Newsroom]:
    app = create_app(replace(settings, stripe_api_base=stripe.url), clock=clock, has_background=False)
    services: Services = app.extensions[EXTENSION]
    save_site(services.engine, SITE, Author("editor@courier.example", clock()))
    services.part(SnapshotHolder).refresh()
    client = app.test_client()
    stripe.receiver = lambda path, headers, body: client.post(path, headers=headers, data=body).status_code
    yield Newsroom(services, client, stripe, clock)
    services.close()
