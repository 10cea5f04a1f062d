"""The form with which a person is invited or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.staff.inviting import InvalidPersonError, Wish, read_email, read_name
from service.staff.people import Person, Role

ALL_SITES, SOME_SITES = "all", "some"


@dataclass(frozen=True, slots=True)
class PersonForm:
    """What was typed, and a sentence for each field that needs attention."""

    name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    reach: str = ALL_SITES
    sites: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    def wish(self) -> Wish:
        """Return who is to be invited, from a form without errors."""
        sites = None if self.reach == ALL_SITES else frozenset(self.sites)
        return Wish(self.email, frozenset(Role(role) for role in self.roles), sites, self.name.strip())


def form_of_person(person: Person) -> PersonForm:
    """Return the form with the values of a person."""
    reach = ALL_SITES if person.sites is None else SOME_SITES
    roles = tuple(role.value for role in Role if role in person.roles)
    return PersonForm(person.name, person.email, roles, reach, tuple(sorted(person.sites or ())))


def read_person_form(fields: Mapping[str, Sequence[str]], email: str | None = None) -> PersonForm:
    """Read a form. `email`: the address of a person who exists; it cannot be changed."""
    form = PersonForm(
        name=_first(fields, "name"),
        email=email or _first(fields, "email"),
        roles=tuple(fields.get("roles", ())),
        reach=_first(fields, "reach"),
        sites=tuple(fields.get("sites", ())),
    )
    errors: dict[str, str] = {}
    for name, read, value in (("name", read_name, form.name), ("email", read_email, form.email)):
        try:
            read(value)
        except InvalidPersonError as error:
            errors[name] = _sentence(error.title)
    if not form.roles or not set(form.roles) <= set(Role):
        errors["roles"] = "Choose at least one role."
    if form.reach not in (ALL_SITES, SOME_SITES) or (form.reach == SOME_SITES and not form.sites):
        errors["sites"] = "Choose all sites, or at least one site."
    return PersonForm(form.name, form.email, form.roles, form.reach, form.sites, errors)


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
