"""A one-time link signs a person in once, and never after it was used, replaced or has expired."""

import pytest
from sqlalchemy import Engine

from service.database.transaction import committed
from service.services import Services
from service.staff.invitations import InvitationOverError
from service.staff.inviting import InvalidPersonError, Wish, invite, invited_person, read_email, sign_in_with_link
from service.staff.people import COMMAND_LINE, Role
from service.staff.record_store import all_rows
from service.staff.signing_in import verify_session
from service.staff.store import list_people
from tests.conftest import SettableClock

LINK = "https://support.courier.example/console/sign-in/"
ANA = Wish("Ana@Courier.example", frozenset({Role.EDITOR}), frozenset({"courier"}))


def token_of(services: Services, wish: Wish = ANA) -> str:
    link = invite(services, wish, COMMAND_LINE).link
    assert link.startswith(LINK)
    return link.removeprefix(LINK)


def test_a_link_signs_in_once(services: Services) -> None:
    token = token_of(services)

    assert invited_person(services, token).email == "ana@courier.example"
    new = sign_in_with_link(services, token, "")

    found = verify_session(services.engine, new.secret, services.clock())
    assert found is not None
    assert found[1].sites == frozenset({"courier"})
    with pytest.raises(InvitationOverError):
        sign_in_with_link(services, token, "")
    with pytest.raises(InvitationOverError):
        invited_person(services, token)


def test_a_link_ends_after_three_days(services: Services, clock: SettableClock) -> None:
    token = token_of(services)
    clock.advance(days=3, seconds=-1)
    assert invited_person(services, token)

    clock.advance(seconds=1)

    with pytest.raises(InvitationOverError):
        sign_in_with_link(services, token, "")
    with pytest.raises(InvitationOverError):
        invited_person(services, token)


def test_a_newer_link_replaces_the_older_one_and_brings_the_new_roles(services: Services) -> None:
    older = token_of(services)
    newer = token_of(services, Wish("ana@courier.example", frozenset({Role.ADMIN}), name="Ana Ní Bhriain"))

    with pytest.raises(InvitationOverError):
        sign_in_with_link(services, older, "")
    person = sign_in_with_link(services, newer, "").person
    assert (person.name, person.roles, person.sites) == ("Ana Ní Bhriain", frozenset({Role.ADMIN}), None)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "x" * 10_000])
def test_an_unknown_link_is_refused_like_a_used_one(services: Services, token: str) -> None:
    with pytest.raises(InvitationOverError, match="has been used or has expired"):
        sign_in_with_link(services, token, "")


def test_neither_the_link_nor_the_cookie_is_stored(services: Services, engine: Engine) -> None:
    token = token_of(services)
    secret = sign_in_with_link(services, token, "").secret

    with committed(engine) as connection:
        for table in ("staff_invitations", "staff_sessions", "staff_record"):
            stored = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert token not in stored
            assert secret not in stored


def test_an_invitation_and_a_sign_in_are_recorded(services: Services, engine: Engine) -> None:
    sign_in_with_link(services, token_of(services), "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36")

    with committed(engine) as connection:
        deeds = [row.deed for row in all_rows(connection)]
    assert [(deed.person_name, deed.act, deed.subject) for deed in deeds] == [
        ("Command line", "invite_person", "ana"),
        ("ana", "sign_in", "ana"),
    ]
    assert deeds[0].details == {"email": "ana@courier.example", "roles": ["editor"], "sites": ["courier"]}
    assert deeds[1].details == {"proof": "link", "browser": "Chrome on Windows"}


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "@courier.example", "ana@courier", "a b@courier.example", "a\n@b.c"]
)
def test_an_address_that_cannot_be_one_is_refused(services: Services, email: str) -> None:
    with pytest.raises(InvalidPersonError):
        invite(services, Wish(email, frozenset({Role.EDITOR})), COMMAND_LINE)
    with committed(services.engine) as connection:
        assert list_people(connection) == ()


def test_an_address_is_read_in_lower_case() -> None:
    assert read_email("  Ana@Courier.Example ") == "ana@courier.example"
