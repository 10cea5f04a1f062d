"""Managing a contribution: proven by a link sent to the contributor's own address, done on Stripe's portal."""

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
from service.contributions.readers_store import given_contribution
from service.database.transaction import committed
from service.errors import InvalidTokenError
from service.ids import new_id
from service.readers.contributions import GivenContribution
from service.services import Services

LINK_LIFE = timedelta(minutes=30)
# Mail to one contributor, whoever asks for it.
MAX_LINKS_PER_HOUR = 3


@dataclass(frozen=True, slots=True)
class PortalPage:
    """What the page that asks for an address shows."""

    language: str | None
    action_url: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class PortalVisit:
    """A proven contributor. `portal_url` None: nothing to manage, as nothing recurs. `gift`: what their
    passport learns; None: nothing."""

    site: Site
    portal_url: str | None
    gift: GivenContribution | None


def send_portal_link(services: Services, site: Site, email: str) -> None:
    """Mail a one-time link to a contributor. Says nothing about whether there is one."""
    now = services.clock()
    with committed(services.engine) as connection:
        contribution_id = portal_store.contribution_by_email(connection, site.key, email)
        if contribution_id is None:
            return
        if portal_store.count_links_since(connection, contribution_id, now - timedelta(hours=1)) >= MAX_LINKS_PER_HOUR:
            return
        link_id = new_id("lnk")
        portal_store.insert_link(connection, link_id, contribution_id, now, now + LINK_LIFE)
        mail = DueMail(f"{MailKind.PORTAL_LINK}:{link_id}", MailKind.PORTAL_LINK, contribution_id, now, link_id)
        outbox_store.add_mail(connection, mail, now)
        defer_mail(services, connection)


def open_portal(services: Services, token: str) -> PortalVisit:
    """Use a link up. Raises InvalidTokenError for one that is malformed, used or too old."""
    link_id = open_link(services.keys, token)
    with committed(services.engine) as connection:
        contribution_id = portal_store.use_link(connection, link_id, services.clock())
        found = store.find_contribution(connection, contribution_id) if contribution_id else None
        gift = given_contribution(connection, found) if found else None
    if found is None:
        raise InvalidTokenError("this link has been used or has expired; ask for a new one")
    site = services.part(SnapshotHolder).current().site(found.attempt.mark.site).site
    customer_id = found.life.customer_id
    url = services.gateway.create_portal_session(customer_id, site.home_url) if customer_id else None
    return PortalVisit(site, url, gift)
