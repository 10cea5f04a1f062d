"""Mail a one-time link to a contributor's own address, and open Stripe's customer portal with it."""

from dataclasses import dataclass
from datetime import timedelta

from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.mail import outbox_store
from service.contributions.mail.jobs import defer_mail
from service.contributions.mail.kinds import DueMail, MailKind
from service.contributions.portal import store as portal_store
from service.contributions.portal.link import open_link
from service.contributions.signed_in_readers import reader_contribution
from service.database.transaction import committed
from service.errors import InvalidTokenError
from service.ids import new_id
from service.readers.contributions import GivenContribution
from service.services import Services

LINK_DURATION = timedelta(minutes=30)
# Anybody can ask for a link to any address, so the mails to a contributor are limited.
MAX_LINKS_PER_HOUR = 3


@dataclass(frozen=True, slots=True)
class PortalPage:
    """The content of the page that asks for an e-mail address. `is_sent`: an address was just sent."""

    language: str | None
    action_url: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class OpenedPortal:
    """A contributor who opened a link.

    `portal_url` is None if they have no customer at Stripe to manage. `contribution` is what their passport should
    hold, None if nothing was paid.
    """

    site: Site
    portal_url: str | None
    contribution: GivenContribution | None


def send_portal_link(services: Services, site: Site, email: str) -> None:
    """Mail a one-time link if the address belongs to a contributor of the site and the limit allows another mail."""
    now = services.clock()
    with committed(services.engine) as connection:
        contribution_id = portal_store.contribution_by_email(connection, site.key, email)
        if contribution_id is None:
            return
        if portal_store.count_links_since(connection, contribution_id, now - timedelta(hours=1)) >= MAX_LINKS_PER_HOUR:
            return
        link_id = new_id("lnk")
        portal_store.insert_link(connection, link_id, contribution_id, now, now + LINK_DURATION)
        mail = DueMail(f"{MailKind.PORTAL_LINK}:{link_id}", MailKind.PORTAL_LINK, contribution_id, now, link_id)
        outbox_store.add_mail(connection, mail, now)
        defer_mail(services, connection)


def open_portal(services: Services, token: str) -> OpenedPortal:
    """Use a link. Raise InvalidTokenError if it is malformed, expired or was used before."""
    link_id = open_link(services.keys, token)
    with committed(services.engine) as connection:
        contribution_id = portal_store.use_link(connection, link_id, services.clock())
        stored = store.find_contribution(connection, contribution_id) if contribution_id else None
        contribution = reader_contribution(connection, stored) if stored else None
    if stored is None:
        raise InvalidTokenError("this link has been used or has expired: ask for a new one")
    site = services.part(SnapshotHolder).current().site(stored.attempt.mark.site).site
    customer_id = stored.lifecycle.customer_id
    url = services.gateway.create_portal_session(customer_id, site.home_url) if customer_id else None
    return OpenedPortal(site, url, contribution)
