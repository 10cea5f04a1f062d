"""The people of a newsroom and their roles: who may do what, and for which sites."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may do in the console.

    `viewer` sees everything but personal data, `editor` writes drafts, `publisher` also publishes and pauses, `finance`
    works with money, personal data, exports and refunds, `admin` invites people and may do all of this.
    """

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    FINANCE = "finance"
    ADMIN = "admin"


ROLES_IN_WORDS = {
    Role.VIEWER: "sees everything but personal data",
    Role.EDITOR: "writes drafts of campaigns",
    Role.PUBLISHER: "publishes and pauses campaigns",
    Role.FINANCE: "works with contributions, refunds and exports",
    Role.ADMIN: "invites people and may do everything",
}

# A role also allows what these roles allow.
INCLUDED = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.EDITOR: frozenset({Role.EDITOR, Role.VIEWER}),
    Role.PUBLISHER: frozenset({Role.PUBLISHER, Role.EDITOR, Role.VIEWER}),
    Role.FINANCE: frozenset({Role.FINANCE, Role.VIEWER}),
    Role.ADMIN: frozenset(Role),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the newsroom. `sites` None: the person works for all sites.

    `disabled_at` None: the person may sign in.
    """

    id: str
    name: str
    email: str
    roles: frozenset[Role]
    sites: frozenset[str] | None = None
    disabled_at: datetime | None = None

    def may(self, *roles: Role) -> bool:
        """Return whether the person may do what at least one of these roles allows."""
        return any(role in INCLUDED[own] for own in self.roles for role in roles)

    def may_see(self, site: str) -> bool:
        """Return whether the person works for this site."""
        return self.sites is None or site in self.sites


# The person in the record if an act came from the command line. It has no row and cannot sign in.
COMMAND_LINE = Person("command_line", "Command line", "", frozenset({Role.ADMIN}))


def in_words(roles: Iterable[Role]) -> str:
    """Return what roles allow as a phrase, such as `publishes and pauses campaigns, works with contributions`."""
    own = frozenset(roles)
    return ", ".join(ROLES_IN_WORDS[role] for role in Role if role in own and not _is_included(role, own))


def _is_included(role: Role, own: frozenset[Role]) -> bool:
    return any(role in INCLUDED[other] for other in own - {role})
