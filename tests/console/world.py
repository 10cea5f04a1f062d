"""A site with a published campaign, for tests of the screens of campaigns."""

from typing import Any

from flask import Flask

from service.campaigns.editing import NOW, Author, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.services import EXTENSION, Services
from tests.campaigns.make import campaign_document, site_document


def services_of(app: Flask) -> Services:
    services: Services = app.extensions[EXTENSION]
    return services


def store_site(app: Flask, **changes: Any) -> None:
    """Save a site and put it in force."""
    services = services_of(app)
    save_site(services.engine, site_document(**changes), Author("Ita", services.clock()))
    services.part(SnapshotHolder).refresh()


def store_campaign(app: Flask, *, is_published: bool = True, **changes: Any) -> None:
    """Save a campaign and, usually, publish it."""
    services = services_of(app)
    author = Author("Ita", services.clock())
    state = save_campaign(services.engine, campaign_document(**changes), author)
    if is_published:
        publish(services.engine, DocumentKind.CAMPAIGN, state.key, NOW, author)
    services.part(SnapshotHolder).refresh()
