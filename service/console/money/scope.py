"""What of the money a person may see: their sites, and with the role finance the names behind the figures."""

from service.contributions.search.store import ListScope
from service.staff.people import Person, Role


def is_finance(person: Person) -> bool:
    """Return whether a person may see personal data and act on contributions."""
    return person.may(Role.FINANCE)


def sites_of(person: Person, chosen: str = "") -> tuple[str, ...] | None:
    """Return the sites whose money is shown: the chosen one, all that the person works for, or None for all money.

    A chosen site that the person does not work for gives no site.
    """
    if chosen:
        return (chosen,) if person.may_see(chosen) else ()
    return tuple(sorted(person.sites)) if person.sites is not None else None


def list_scope(person: Person, chosen_site: str = "", after: str | None = None, limit: int | None = None) -> ListScope:
    """Return the part of a list that a person may see."""
    return ListScope(is_finance(person), sites_of(person, chosen_site), after, limit)
