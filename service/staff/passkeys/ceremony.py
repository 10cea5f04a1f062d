"""The two ceremonies of WebAuthn (https://www.w3.org/TR/webauthn-3/): making a passkey, and signing in with one.

A browser gets options with a challenge, and answers with JSON that the passkey has signed. A passkey must be
discoverable, so that people type no name, and must verify its user (with a finger, a face or a PIN), because it is the
only proof.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.addresses import LOOPBACK_HOSTS, split_address
from service.staff.passkeys.passkey import Passkey, PasskeyRefusedError
from service.staff.people import Person

SERVICE_NAME = "Keepopen"
MAX_ANSWER_CHARACTERS = 16_384


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Our side of a ceremony: the host to which passkeys are bound, and the origin of our pages."""

    host: str
    origin: str

    @property
    def is_possible(self) -> bool:
        """Return whether browsers make passkeys here: over https and on `localhost`, but not for a number as host."""
        is_number = self.host.replace(".", "").isdigit() or ":" in self.host
        return not is_number and (self.origin.startswith("https://") or self.host in LOOPBACK_HOSTS)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a new passkey has told about itself."""

    id: bytes
    public_key: bytes
    sign_count: int


def relying_party(public_origin: str) -> RelyingParty:
    """Return our side of a ceremony from the origin of the pages."""
    return RelyingParty(split_address(public_origin).hostname or "", public_origin)


def creation_options(party: RelyingParty, person: Person, known: Iterable[Passkey], challenge: bytes) -> str:
    """Return the options with which a browser makes a passkey, as JSON.

    A device that already holds one of the `known` passkeys makes no second one.
    """
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=SERVICE_NAME,
        user_id=person.id.encode(),
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in known],
    )
    return options_to_json(options)


def request_options(party: RelyingParty, challenge: bytes) -> str:
    """Return the options with which a browser signs in with any passkey of ours that it finds, as JSON."""
    options = generate_authentication_options(
        rp_id=party.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


def made_credential(party: RelyingParty, challenge: bytes, answer: str) -> Credential:
    """Return the credential in a browser's answer to `creation_options`. Raise PasskeyRefusedError if it is wrong."""
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # the library raises errors of many kinds for an answer that somebody made up
        raise PasskeyRefusedError from error
    return Credential(made.credential_id, made.credential_public_key, made.sign_count)


def named_credential(answer: str) -> bytes:
    """Return the id of the credential that an answer names. It is not proved yet. Raise PasskeyRefusedError."""
    try:
        return base64url_to_bytes(str(_read(answer)["rawId"]))
    except (KeyError, ValueError, TypeError) as error:
        raise PasskeyRefusedError from error


def proved_sign_count(party: RelyingParty, challenge: bytes, passkey: Passkey, answer: str) -> int:
    """Check that a passkey has signed the challenge. Return its new count. Raise PasskeyRefusedError if it has not.

    A count that does not grow means that the passkey was copied, so it is refused.
    """
    try:
        credential = _read(answer)
        handle = credential["response"].get("userHandle")
        if handle is None or base64url_to_bytes(handle) != passkey.person_id.encode():
            raise PasskeyRefusedError
        proved = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # the library raises errors of many kinds for an answer that somebody made up
        raise PasskeyRefusedError from error
    return proved.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    """Return the JSON object of an answer. Raise PasskeyRefusedError if it is none."""
    try:
        read = json.loads(answer) if len(answer) <= MAX_ANSWER_CHARACTERS else None
    except (ValueError, RecursionError) as error:
        raise PasskeyRefusedError from error
    if not isinstance(read, dict):
        raise PasskeyRefusedError
    return read
