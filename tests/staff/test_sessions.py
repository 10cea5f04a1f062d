"""A session ends after 12 unused hours, after 7 days, when it is ended, and when its person is disabled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.database.transaction import committed
from service.services import Services
from service.staff.people import COMMAND_LINE, Person, Role
from service.staff.session_store import open_sessions
from service.staff.sessions import Proof, SignIn, browser_in_words
from service.staff.signing_in import NewSession, begin_session, end_session, end_sessions, sign_out, verify_session
from service.staff.store import update_person
from tests.conftest import SettableClock
from tests.staff.signed_in import add_person


@pytest.fixture
def ana(services: Services) -> Person:
    return add_person(services, Role.EDITOR)


def begin(services: Services, person: Person) -> NewSession:
    with committed(services.engine) as connection:
        return begin_session(connection, person, SignIn(Proof.PASSKEY, ""), services.clock())


def is_signed_in(services: Services, new: NewSession) -> bool:
    return verify_session(services.engine, new.secret, services.clock()) is not None


def test_a_session_ends_after_twelve_unused_hours(services: Services, ana: Person, clock: SettableClock) -> None:
    new = begin(services, ana)
    clock.advance(hours=12, seconds=-1)
    assert is_signed_in(services, new)
    clock.advance(hours=12, seconds=-1)
    assert is_signed_in(services, new)

    clock.advance(hours=12)

    assert not is_signed_in(services, new)


def test_a_session_ends_after_seven_days_however_often_it_is_used(
    services: Services, ana: Person, clock: SettableClock
) -> None:
    new = begin(services, ana)
    for _ in range(14):
        assert is_signed_in(services, new)
        clock.advance(hours=11, minutes=59)
    assert is_signed_in(services, new)

    clock.now = new.session.expires_at

    assert not is_signed_in(services, new)


def test_a_disabled_person_is_signed_out_at_once(services: Services, ana: Person) -> None:
    new = begin(services, ana)

    with committed(services.engine) as connection:
        update_person(connection, replace(ana, disabled_at=services.clock()))

    assert not is_signed_in(services, new)


def test_changed_roles_count_at_once(services: Services, ana: Person) -> None:
    new = begin(services, ana)

    with committed(services.engine) as connection:
        update_person(connection, replace(ana, roles=frozenset({Role.VIEWER})))

    found = verify_session(services.engine, new.secret, services.clock())
    assert found is not None
    assert found[1].roles == {Role.VIEWER}


def test_signing_out_ends_only_this_session(services: Services, ana: Person) -> None:
    first, second = begin(services, ana), begin(services, ana)

    sign_out(services, first.session, ana)

    assert not is_signed_in(services, first)
    assert is_signed_in(services, second)


def test_a_session_is_ended_only_for_its_owner(services: Services, ana: Person) -> None:
    bea = add_person(services, Role.EDITOR, name="Bea")
    new = begin(services, ana)

    assert not end_session(services, new.session.id, bea, bea)
    assert is_signed_in(services, new)
    assert end_session(services, new.session.id, ana, bea)
    assert not is_signed_in(services, new)


def test_all_sessions_of_a_person_or_of_everybody_end(services: Services, ana: Person) -> None:
    bea = add_person(services, Role.EDITOR, name="Bea")
    of_ana, of_bea = begin(services, ana), begin(services, bea)

    assert end_sessions(services, ana, COMMAND_LINE) == 1
    assert (is_signed_in(services, of_ana), is_signed_in(services, of_bea)) == (False, True)
    assert end_sessions(services, None, COMMAND_LINE) == 1
    assert not is_signed_in(services, of_bea)


def test_the_last_use_is_saved_at_most_once_a_minute(services: Services, ana: Person, clock: SettableClock) -> None:
    new = begin(services, ana)
    clock.advance(seconds=59)
    is_signed_in(services, new)
    clock.advance(seconds=2)
    is_signed_in(services, new)
    clock.advance(seconds=30)
    is_signed_in(services, new)

    with committed(services.engine) as connection:
        (session,) = open_sessions(connection, ana.id, clock())
    assert session.last_seen_at - session.created_at == timedelta(seconds=61)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "é" * 43, "\x00" * 43])
def test_an_unknown_cookie_is_no_session(services: Services, secret: str) -> None:
    assert verify_session(services.engine, secret, services.clock()) is None


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36", "Chrome on Mac"),
        ("curl/8.0", "A browser on an unknown system"),
    ],
)
def test_a_browser_is_said_in_words(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words
