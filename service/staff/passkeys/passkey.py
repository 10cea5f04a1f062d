"""A person's passkey, and why one is refused."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.errors import ConflictError, DomainError

MAX_PASSKEYS = 10  # of one person
MAX_NAME_CHARACTERS = 60
CHALLENGE_VALID_FOR = timedelta(minutes=10)


class PasskeyRefusedError(DomainError):
    """The answer of a browser proves nothing: it is forged, too old, was used before, or is from an unknown passkey."""

    code = "passkey_refused"

    def __init__(self, message: str = "This passkey could not be checked. Try again, or ask an admin for a link."):
        super().__init__(message)


class TooManyPasskeysError(ConflictError):
    """The person has as many passkeys as a person may have."""

    code = "too_many_passkeys"


class LastPasskeyError(ConflictError):
    """The passkey is the last way in which the person can sign in."""

    code = "last_passkey"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A stored passkey. `credential_id`, `public_key` and `sign_count` are those of WebAuthn.

    The count grows with each use in devices that count, and stays 0 in those that do not.
    """

    id: str
    person_id: str
    name: str
    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    created_at: datetime
    last_used_at: datetime | None = None
