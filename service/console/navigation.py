"""Which screens the console has, and which of them a person sees."""

from dataclasses import dataclass

from service.staff.people import Person, Role

READ_ROLES = (Role.VIEWER, Role.EDITOR, Role.PUBLISHER, Role.FINANCE)


@dataclass(frozen=True, slots=True)
class Screen:
    """An entry of the navigation. `path` is below `/console/`, and `{site}` in it is the key of the chosen site."""

    key: str
    title: str
    path: str
    roles: tuple[Role, ...]

    @property
    def needs_site(self) -> bool:
        return "{site}" in self.path


GROUPS = (
    (
        Screen("today", "Today", "{site}/today", READ_ROLES),
        Screen("campaigns", "Campaigns", "{site}/campaigns", READ_ROLES),
        Screen("calendar", "Calendar", "{site}/calendar", READ_ROLES),
        Screen("why", "Why?", "{site}/why", READ_ROLES),
        Screen("settings", "Site settings", "{site}/settings", READ_ROLES),
    ),
    (
        Screen("money", "Money", "money", (Role.VIEWER, Role.FINANCE)),
        Screen("supporters", "Supporters’ data", "supporters", (Role.FINANCE,)),
        Screen("closing", "Close the month", "close", (Role.VIEWER, Role.FINANCE)),
        Screen("exports", "Exports", "exports", (Role.FINANCE,)),
    ),
    (
        Screen("people", "People", "people", (Role.ADMIN,)),
        Screen("agreements", "Agreements", "agreements", (Role.PUBLISHER, Role.FINANCE)),
        Screen("record", "Record", "record", READ_ROLES),
        Screen("system", "System", "system", READ_ROLES),
    ),
)


def screens_of(person: Person, has_site: bool) -> tuple[tuple[Screen, ...], ...]:
    """Return the groups of screens that this person may use. Without a site the screens of a site are left out."""
    groups = (
        tuple(screen for screen in group if person.may(*screen.roles) and (has_site or not screen.needs_site))
        for group in GROUPS
    )
    return tuple(group for group in groups if group)
