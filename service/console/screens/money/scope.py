"""What of the money a person may see: their sites, and with the role finance the names behind the figures."""

import json

from service.contributions.search.store import ListScope
from service.ledger.explain.explanation import LedgerExplanation
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


def may_see(person: Person, explanation: LedgerExplanation) -> bool:
    """Return whether a person works for the sites that an explanation is about. Money of no site needs all sites."""
    if person.sites is None:
        return True
    named = {value for shown in explanation.objects for name, value in shown.fields if name == "site"}
    return bool(named) and named <= person.sites


def contribution_of(explanation: LedgerExplanation) -> str | None:
    """Return the contribution that an explanation is about, or None if it is about none or several."""
    named = {value for shown in explanation.objects for name, value in shown.fields if name == "contribution_id"}
    return named.pop() if len(named) == 1 else None


def readable_body(body: bytes | None) -> str | None:
    """Return an event's body as indented text, or None without a body."""
    return None if body is None else json.dumps(json.loads(body), indent=2, ensure_ascii=False)
