"""Invitations: one-time links with which people sign in for the first time, or again after they lost their passkeys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import DomainError

VALID_FOR = timedelta(days=3)


class InvitationOverError(DomainError):
    """The one-time link is unknown, was used, was replaced by a newer one, or has expired. The four look alike."""

    code = "invitation_over"

    def __init__(self) -> None:
        super().__init__("This link has been used or has expired. Ask an admin of your newsroom for a new one.")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A stored invitation. `digest` is the hash of the link's token. `ended_at`: when it was used or replaced."""

    id: str
    person_id: str
    digest: bytes
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the link can still be used."""
        return self.ended_at is None and now < self.expires_at
