"""A passkey signs its owner in; a forged, old, copied or repeated answer does not."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from service.database.transaction import committed
from service.errors import NotFoundError
from service.services import Services
from service.staff.passkeys.ceremony import relying_party
from service.staff.passkeys.passkey import LastPasskeyError, Passkey, PasskeyRefusedError, TooManyPasskeysError
from service.staff.passkeys.store import passkeys_of
from service.staff.passkeys.using import (
    begin_making,
    begin_sign_in,
    keep_passkey,
    remove_passkey,
    sign_in_with_passkey,
)
from service.staff.people import Person, Role
from service.staff.record_store import all_rows
from service.staff.signing_in import verify_session
from service.staff.store import update_person
from tests.conftest import SettableClock
from tests.staff.passkeys.authenticator import PRESENT, Authenticator
from tests.staff.signed_in import FIREFOX, add_person


@pytest.fixture
def ana(services: Services) -> Person:
    return add_person(services, Role.EDITOR)


def make(services: Services, person: Person, device: Authenticator, name: str = "Firefox on Linux") -> Passkey:
    ceremony = begin_making(services, person)
    return keep_passkey(services, person, name, ceremony.challenge, device.make(ceremony.options))


def sign_in(services: Services, device: Authenticator) -> Person:
    ceremony = begin_sign_in(services)
    new = sign_in_with_passkey(services, ceremony.challenge, device.sign_in(ceremony.options), FIREFOX)
    assert verify_session(services.engine, new.secret, services.clock())
    return new.person


def test_a_passkey_signs_its_owner_in_without_a_name(services: Services, ana: Person, engine: Engine) -> None:
    device = Authenticator()
    make(services, ana, device)
    make(services, add_person(services, Role.VIEWER, name="Bea"), Authenticator(credential_id=b"credential-2"))

    assert sign_in(services, device) == ana
    assert sign_in(services, device) == ana
    with committed(engine) as connection:
        (passkey,) = passkeys_of(connection, ana.id)
        assert [row.deed.act for row in all_rows(connection)] == ["make_passkey", "make_passkey", "sign_in", "sign_in"]
    assert (passkey.name, passkey.sign_count, passkey.last_used_at) == ("Firefox on Linux", 2, services.clock())


def test_the_options_ask_for_a_discoverable_passkey_that_verifies_its_user(services: Services, ana: Person) -> None:
    make(services, ana, Authenticator())

    options = json.loads(begin_making(services, ana).options)
    request = json.loads(begin_sign_in(services).options)

    assert options["rp"]["id"] == request["rpId"] == "support.courier.example"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == request["userVerification"] == "required"
    assert len(options["excludeCredentials"]) == 1
    assert request.get("allowCredentials", []) == []


def test_an_answer_signs_in_only_once(services: Services, ana: Person) -> None:
    device = Authenticator()
    make(services, ana, device)
    ceremony = begin_sign_in(services)
    answer = device.sign_in(ceremony.options)
    sign_in_with_passkey(services, ceremony.challenge, answer, FIREFOX)

    with pytest.raises(PasskeyRefusedError):
        sign_in_with_passkey(services, ceremony.challenge, answer, FIREFOX)


def test_a_device_that_does_not_count_cannot_repeat_an_answer_either(services: Services, ana: Person) -> None:
    device = Authenticator()
    make(services, ana, device)
    ceremony = begin_sign_in(services)
    device.count = -1
    answer = device.sign_in(ceremony.options)
    sign_in_with_passkey(services, ceremony.challenge, answer, FIREFOX)

    with pytest.raises(PasskeyRefusedError):
        sign_in_with_passkey(services, ceremony.challenge, answer, FIREFOX)


def test_a_challenge_is_valid_for_ten_minutes(services: Services, ana: Person, clock: SettableClock) -> None:
    device = Authenticator()
    make(services, ana, device)
    ceremony = begin_sign_in(services)
    clock.advance(minutes=10)

    with pytest.raises(PasskeyRefusedError, match="open for more than ten minutes"):
        sign_in_with_passkey(services, ceremony.challenge, device.sign_in(ceremony.options), FIREFOX)


@pytest.mark.parametrize(
    "forgery",
    [
        {"origin": "https://support.courier.example.evil"},
        {"host": "courier.example"},
        {"flags": PRESENT},
        {"key": Authenticator().key},
        {"handle": b"per_of_another_person"},
        {"credential_id": b"credential-9"},
        {"count": -1},
    ],
    ids=["origin", "host", "unverified user", "key", "owner", "unknown", "copied"],
)
def test_a_forged_answer_is_refused(services: Services, ana: Person, forgery: dict[str, object]) -> None:
    device = Authenticator(count=5)
    make(services, ana, device)
    forged = replace(device, **forgery)  # type: ignore[arg-type]

    with pytest.raises(PasskeyRefusedError):
        sign_in(services, forged)
    assert sign_in(services, device) == ana


@pytest.mark.parametrize(
    "answer", ["", "x", "[]", "{}", "[" * 10_000, '{"rawId": 5}', '{"rawId": "é"}', '{"rawId": ""}']
)
def test_an_answer_that_is_none_is_refused(services: Services, ana: Person, answer: str) -> None:
    make(services, ana, Authenticator())

    with pytest.raises(PasskeyRefusedError):
        sign_in_with_passkey(services, begin_sign_in(services).challenge, answer, FIREFOX)
    with pytest.raises(PasskeyRefusedError):
        keep_passkey(services, ana, "", begin_making(services, ana).challenge, answer)


def test_a_challenge_of_another_kind_or_person_is_refused(services: Services, ana: Person) -> None:
    bea = add_person(services, Role.VIEWER, name="Bea")
    device = Authenticator()
    of_ana, of_bea, of_sign_in = begin_making(services, ana), begin_making(services, bea), begin_sign_in(services)

    for foreign in (of_bea.challenge, of_sign_in.challenge, "", "x" * 90):
        with pytest.raises(PasskeyRefusedError):
            keep_passkey(services, ana, "", foreign, device.make(of_ana.options))


def test_a_disabled_person_cannot_sign_in(services: Services, ana: Person, engine: Engine) -> None:
    device = Authenticator()
    make(services, ana, device)
    with committed(engine) as connection:
        update_person(connection, replace(ana, disabled_at=services.clock()))

    with pytest.raises(PasskeyRefusedError):
        sign_in(services, device)


def test_a_removed_passkey_signs_in_no_more(services: Services, ana: Person) -> None:
    lost, kept = Authenticator(), Authenticator(credential_id=b"credential-2")
    removed = make(services, ana, lost)
    make(services, ana, kept)

    remove_passkey(services, ana, removed.id, has_other_way=False)

    with pytest.raises(PasskeyRefusedError, match="not known here, or was removed"):
        sign_in(services, lost)
    assert sign_in(services, kept) == ana


def test_the_last_passkey_stays_unless_there_is_another_way(services: Services, ana: Person) -> None:
    passkey = make(services, ana, Authenticator())

    with pytest.raises(LastPasskeyError):
        remove_passkey(services, ana, passkey.id, has_other_way=False)
    remove_passkey(services, ana, passkey.id, has_other_way=True)


def test_a_passkey_of_another_person_cannot_be_removed(services: Services, ana: Person) -> None:
    bea = add_person(services, Role.ADMIN, name="Bea")
    passkey = make(services, ana, Authenticator())

    with pytest.raises(NotFoundError):
        remove_passkey(services, bea, passkey.id, has_other_way=True)


def test_a_person_has_at_most_ten_passkeys_with_short_names(services: Services, ana: Person, engine: Engine) -> None:
    for number in range(10):
        make(services, ana, Authenticator(credential_id=b"credential-%d" % number), name=" \n" + "x" * 99)

    with pytest.raises(TooManyPasskeysError):
        make(services, ana, Authenticator(credential_id=b"one more"))
    with committed(engine) as connection:
        assert {passkey.name for passkey in passkeys_of(connection, ana.id)} == {"x" * 60}


def test_a_credential_cannot_be_stored_twice(services: Services, ana: Person) -> None:
    bea = add_person(services, Role.ADMIN, name="Bea")
    make(services, ana, Authenticator())

    with pytest.raises(PasskeyRefusedError):
        make(services, bea, Authenticator())


@pytest.mark.parametrize(
    ("origin", "is_possible"),
    [
        ("https://support.courier.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://192.0.2.7", False),
        ("http://[::1]:8000", False),
        ("http://support.courier.example", False),
    ],
)
def test_browsers_make_passkeys_only_for_a_name_and_over_https(origin: str, is_possible: bool) -> None:
    assert relying_party(origin).is_possible is is_possible
