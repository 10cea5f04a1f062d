"""Roles include each other as the console's words promise, and a person sees only their sites."""

import pytest

from service.staff.people import Person, Role, in_words


def person(*roles: Role, sites: frozenset[str] | None = None) -> Person:
    return Person("per_1", "Ana", "ana@courier.example", frozenset(roles), sites)


@pytest.mark.parametrize(
    ("own", "allowed"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.EDITOR, {Role.VIEWER, Role.EDITOR}),
        (Role.PUBLISHER, {Role.VIEWER, Role.EDITOR, Role.PUBLISHER}),
        (Role.FINANCE, {Role.VIEWER, Role.FINANCE}),
        (Role.ADMIN, set(Role)),
    ],
)
def test_a_role_allows_what_the_roles_below_it_allow(own: Role, allowed: set[Role]) -> None:
    assert {role for role in Role if person(own).may(role)} == allowed


def test_one_of_several_wanted_roles_is_enough() -> None:
    assert person(Role.FINANCE).may(Role.PUBLISHER, Role.FINANCE)
    assert not person(Role.FINANCE).may(Role.PUBLISHER, Role.ADMIN)


def test_a_person_without_a_list_of_sites_sees_all() -> None:
    assert person(Role.VIEWER).may_see("courier")
    assert person(Role.VIEWER, sites=frozenset({"courier"})).may_see("courier")
    assert not person(Role.VIEWER, sites=frozenset({"courier"})).may_see("herald")
    assert not person(Role.VIEWER, sites=frozenset()).may_see("courier")


def test_roles_are_said_in_words_without_the_ones_they_include() -> None:
    assert in_words({Role.PUBLISHER, Role.EDITOR, Role.FINANCE}) == (
        "publishes and pauses campaigns, works with contributions, refunds and exports"
    )
