"""Make, use and remove the passkeys of people."""

from dataclasses import dataclass

from service.database.transaction import committed
from service.errors import NotFoundError
from service.ids import new_id
from service.services import Services
from service.staff.passkeys.ceremony import (
    RelyingParty,
    creation_options,
    made_credential,
    named_credential,
    proved_sign_count,
    relying_party,
    request_options,
)
from service.staff.passkeys.challenge import new_challenge, open_challenge
from service.staff.passkeys.passkey import (
    MAX_NAME_CHARACTERS,
    MAX_PASSKEYS,
    LastPasskeyError,
    Passkey,
    PasskeyRefusedError,
    TooManyPasskeysError,
)
from service.staff.passkeys.store import (
    insert_passkey,
    lock_passkey,
    note_passkey_use,
    passkeys_of,
    remove_passkey_row,
    use_challenge,
)
from service.staff.people import Person
from service.staff.record_store import write_record
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import NewSession, begin_session
from service.staff.store import find_person, lock_person


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a page needs for a ceremony: the browser's options as JSON, and the sealed challenge that comes back."""

    options: str
    challenge: str


def party(services: Services) -> RelyingParty:
    """Return our side of ceremonies, for the address of this service."""
    return relying_party(services.settings.public_origin)


def begin_sign_in(services: Services) -> Ceremony:
    """Return a ceremony with which a person signs in."""
    challenge = new_challenge(services.keys, "", services.clock())
    return Ceremony(request_options(party(services), challenge.value), challenge.sealed)


def sign_in_with_passkey(services: Services, challenge: str, answer: str, user_agent: str) -> NewSession:
    """Check a browser's answer and begin a session of the passkey's owner.

    Raise PasskeyRefusedError if the answer proves nothing, or if its owner is disabled.
    """
    now = services.clock()
    value = open_challenge(services.keys, "", challenge, now)
    with committed(services.engine) as connection:
        passkey = lock_passkey(connection, named_credential(answer))
        if passkey is None:
            raise PasskeyRefusedError("This passkey is not known here, or was removed. Use another one.")
        sign_count = proved_sign_count(party(services), value, passkey, answer)
        person = find_person(connection, passkey.person_id)
        if person is None or person.disabled_at is not None or not use_challenge(connection, value, now):
            raise PasskeyRefusedError
        note_passkey_use(connection, passkey.id, sign_count, now)
        return begin_session(connection, person, SignIn(Proof.PASSKEY, user_agent), now)


def begin_making(services: Services, person: Person) -> Ceremony:
    """Return a ceremony with which a signed-in person makes a passkey."""
    with committed(services.engine) as connection:
        known = passkeys_of(connection, person.id)
    challenge = new_challenge(services.keys, person.id, services.clock())
    return Ceremony(creation_options(party(services), person, known, challenge.value), challenge.sealed)


def keep_passkey(services: Services, person: Person, name: str, challenge: str, answer: str) -> Passkey:
    """Check a browser's answer and store the passkey that it made, under a name that the person will recognise.

    Raise PasskeyRefusedError if the answer proves nothing, and TooManyPasskeysError after ten passkeys.
    """
    now = services.clock()
    value = open_challenge(services.keys, person.id, challenge, now)
    made = made_credential(party(services), value, answer)
    shown = "".join(character for character in name.strip() if character.isprintable())[:MAX_NAME_CHARACTERS]
    passkey = Passkey(new_id("psk"), person.id, shown or "Passkey", made.id, made.public_key, made.sign_count, now)
    with committed(services.engine) as connection:
        lock_person(connection, person.id)
        if len(passkeys_of(connection, person.id)) >= MAX_PASSKEYS:
            raise TooManyPasskeysError(f"You have {MAX_PASSKEYS} passkeys. Remove one before you make another.")
        if not use_challenge(connection, value, now) or not insert_passkey(connection, passkey):
            raise PasskeyRefusedError
        write_record(connection, person, "make_passkey", person.name, {"passkey": passkey.name}, now)
    return passkey


def remove_passkey(services: Services, person: Person, passkey_id: str, *, has_other_way: bool) -> None:
    """Remove a passkey of this person. `has_other_way`: the person can also sign in without passkeys.

    Raise NotFoundError if the person has no such passkey, and LastPasskeyError if they could sign in no more.
    """
    now = services.clock()
    with committed(services.engine) as connection:
        lock_person(connection, person.id)
        passkeys = passkeys_of(connection, person.id)
        removed = next((passkey for passkey in passkeys if passkey.id == passkey_id), None)
        if removed is None:
            raise NotFoundError("You have no such passkey. Perhaps it was removed already.")
        if len(passkeys) == 1 and not has_other_way:
            raise LastPasskeyError("This is your only way to sign in. Make another passkey before you remove it.")
        remove_passkey_row(connection, passkey_id, now)
        write_record(connection, person, "remove_passkey", person.name, {"passkey": removed.name}, now)
