"""Sessions: for how long a person stays signed in, and when a proof of identity is still fresh."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IDLE_FOR = timedelta(hours=12)
VALID_FOR = timedelta(days=7)
FRESH_FOR = timedelta(minutes=15)
FORM_FRESH_FOR = timedelta(minutes=30)  # a form that was opened with a fresh proof can be filled in for 15 minutes
SEEN_EVERY = timedelta(minutes=1)

SYSTEMS = (
    ("iPhone|iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh|Mac OS X", "Mac"),
    ("Linux|X11", "Linux"),
)
# The order matters: Edge and Opera also name Chrome, and Chrome also names Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"),
    ("Safari", "Safari"),
)


class Proof(StrEnum):
    """How a person proved who they are when they signed in."""

    LINK = "link"
    PASSKEY = "passkey"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a person signs in, and with which browser (its User-Agent header).

    `proved_at`: when they proved who they are, if that was not just now but earlier at a provider.
    """

    proof: Proof
    user_agent: str
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a person. Its cookie is not stored, only the cookie's hash.

    `signed_in_at`: the last proof of identity. `browser`: words such as `Firefox on Linux`. `expires_at`: the absolute
    end, however often the session is used.
    """

    id: str
    person_id: str
    proof: Proof
    browser: str
    created_at: datetime
    signed_in_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the session was neither ended nor unused for 12 hours nor is older than 7 days."""
        return self.revoked_at is None and now < self.expires_at and now - self.last_seen_at < IDLE_FOR

    def is_fresh_at(self, now: datetime, age: timedelta = FRESH_FOR) -> bool:
        """Return whether the person proved who they are within the last `age`."""
        return now - self.signed_in_at < age


def browser_in_words(user_agent: str) -> str:
    """Return the browser and the system that a User-Agent header names, such as `Firefox on Linux`."""
    browser = _first(BROWSERS, user_agent) or "A browser"
    system = _first(SYSTEMS, user_agent) or "an unknown system"
    return f"{browser} on {system}"


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for pattern, name in patterns if re.search(pattern, text)), None)
