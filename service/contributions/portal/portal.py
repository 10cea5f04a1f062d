"""Mail a one-time link to a contributor's own address, and open Stripe's customer portal with it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.contribution import RUNNING_STATES, Contribution
from service.contributions.mail import outbox_store
from service.contributions.mail.kinds import DueMail, MailKind
from service.contributions.portal import store as portal_store
from service.contributions.portal.link import open_link
from service.contributions.signed_in_readers import reader_contribution
from service.database.transaction import committed, connected
from service.errors import InvalidTokenError
from service.ids import new_id
from service.readers.contributions import GivenContribution
from service.services import Services

LINK_DURATION = timedelta(minutes=30)
# Anybody can ask for a link to any address, so the mails to a contributor are limited.
MAX_LINKS_PER_HOUR = 3


class UsedLinkError(InvalidTokenError):
    """A link is unknown, was used before or has expired."""

    def __init__(self) -> None:
        super().__init__("this link has been used or has expired: ask for a new one")


@dataclass(frozen=True, slots=True)
class PortalPage:
    """The content of the page that asks for an e-mail address. `is_sent`: an address was just sent."""

    language: str | None
    action_url: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class LinkPage:
    """The content of the page behind a mailed link: the running contributions to choose from, if there are several."""

    language: str | None
    action_url: str
    choices: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class OpenedPortal:
    """A contributor who opened a link.

    `portal_url` is None if they have no customer at Stripe to manage. `contribution` is what their passport should
    hold, None if nothing was paid.
    """

    site: Site
    portal_url: str | None
    contribution: GivenContribution | None


def send_portal_link(services: Services, site: str, email: str) -> None:
    """Mail a one-time link if the address belongs to a contributor of the site and the limit allows another mail."""
    now = services.clock()
    with committed(services.engine) as connection:
        contribution_ids = portal_store.contributions_by_email(connection, site, email)
        if not contribution_ids:
            return
        if portal_store.count_links_since(connection, contribution_ids, now - timedelta(hours=1)) >= MAX_LINKS_PER_HOUR:
            return
        link_id, contribution_id = new_id("lnk"), contribution_ids[0]
        portal_store.insert_link(connection, link_id, contribution_id, now, now + LINK_DURATION)
        mail = DueMail(f"{MailKind.PORTAL_LINK}:{link_id}", MailKind.PORTAL_LINK, contribution_id, now, link_id)
        outbox_store.add_mail(connection, mail, now)


def send_link_of_staff(services: Services, contribution_id: str, key: str) -> bool:
    """Mail a one-time link to the contributor, because a member of staff asked for it. Return whether a mail goes out.

    No limit applies. A repeat with the same `key` sends no other mail. Return False if no address is known.
    """
    now, link_id = services.clock(), f"lnk_{key}"
    with committed(services.engine) as connection:
        if store.email_of(connection, contribution_id) is None:
            return False
        if portal_store.insert_link(connection, link_id, contribution_id, now, now + LINK_DURATION):
            mail = DueMail(f"{MailKind.PORTAL_LINK}:{link_id}", MailKind.PORTAL_LINK, contribution_id, now, link_id)
            outbox_store.add_mail(connection, mail, now)
    return True


def link_page(services: Services, token: str, language: str | None, action_url: str) -> LinkPage:
    """Return the page behind a mailed link, without using the link. Raise InvalidTokenError if it is malformed."""
    link_id = open_link(services.keys, token)
    with connected(services.engine) as connection:
        linked_id = portal_store.find_link(connection, link_id, services.clock())
        found = _contributions_of_link(connection, linked_id) if linked_id else ()
    running = tuple(contribution for contribution in found if contribution.lifecycle.state in RUNNING_STATES)
    language = language or (found[0].attempt.language if found else None)
    return LinkPage(language, action_url, running if len(running) > 1 else ())


def open_portal(services: Services, token: str, chosen_id: str | None = None) -> OpenedPortal:
    """Use a link to manage the chosen contribution, or the one that needs it most.

    The link is used up only when Stripe has opened the portal, so it works again if Stripe is down.
    Raise InvalidTokenError if the link is malformed, expired or was used before, or is not for the chosen contribution.
    """
    link_id = open_link(services.keys, token)
    with committed(services.engine) as connection:
        linked_id = portal_store.find_link(connection, link_id, services.clock())
        if linked_id is None:
            raise UsedLinkError
        found = {contribution.id: contribution for contribution in _contributions_of_link(connection, linked_id)}
        stored = found.get(chosen_id or linked_id)
        if stored is None:
            raise InvalidTokenError("this link is not for that contribution: ask for a new one")
        contribution = reader_contribution(connection, stored)
    site = services.part(SnapshotHolder).current().site(stored.attempt.mark.site).site
    customer_id = stored.lifecycle.customer_id
    url = services.gateway.create_portal_session(customer_id, site.home_url) if customer_id else None
    with committed(services.engine) as connection:
        if not portal_store.use_link(connection, link_id, services.clock()):
            raise UsedLinkError  # another request was faster
    return OpenedPortal(site, url, contribution)


def _contributions_of_link(connection: Connection, linked_id: str) -> tuple[Contribution, ...]:
    """Return the contribution that a link was made for, and all others of its address on its site."""
    linked = store.find_contribution(connection, linked_id)
    email = store.email_of(connection, linked_id)
    if linked is None or email is None:
        return ()
    ids = portal_store.contributions_by_email(connection, linked.attempt.mark.site, email)
    found = (store.find_contribution(connection, contribution_id) for contribution_id in ids)
    return tuple(contribution for contribution in found if contribution is not None)
