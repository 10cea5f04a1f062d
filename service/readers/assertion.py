"""Check reader assertions: the tokens with which a publication says which reader is signed in.

An assertion is a JWT (https://www.rfc-editor.org/rfc/rfc7519), signed with ES256, RS256 or EdDSA by a key that the
site has registered. `sub` is the publication's own reader id. `exp` and `aud` are required; `verified` and `staff` are
optional booleans.
"""

import warnings
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeGuard

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import extract_compact

from service.campaigns.site import AssertionKey, ReaderAssertion
from service.readers.site_time import SKEW_SECONDS

MAX_READER_ID = 255
MIN_RSA_BITS = 2048
_LATEST = 1 << 40
_CURVES = frozenset({"P-256", "Ed25519"})
_KEY_KINDS: dict[str, tuple[type[ECKey] | type[RSAKey] | type[OKPKey], str]] = {
    "ES256": (ECKey, "a public key on the curve P-256"),
    "RS256": (RSAKey, f"a public RSA key of at least {MIN_RSA_BITS} bits"),
    "EdDSA": (OKPKey, "a public key on the curve Ed25519"),
}
# RFC 9864 renames EdDSA with this curve to Ed25519. Publications send both names.
_ALGORITHM_NAMES = {"ES256": ["ES256"], "RS256": ["RS256"], "EdDSA": ["EdDSA", "Ed25519"]}


class UnusableKeyError(ValueError):
    """A registered key cannot verify any assertion. The message completes the sentence "the key …"."""


class Standing(StrEnum):
    """Whether a reader is signed in. `expired`: the signature is valid, but the assertion is not in force now."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AssertedReader:
    """What an assertion says about a reader. `reader_id` is the publication's own id; never store or log it."""

    standing: Standing
    reader_id: str = ""
    is_verified: bool = True
    is_staff: bool = False


SIGNED_OUT = AssertedReader(Standing.SIGNED_OUT)
EXPIRED = AssertedReader(Standing.EXPIRED)


def asserted_reader(rules: ReaderAssertion, text: str | None, instant: int) -> AssertedReader:
    """Return the reader that an assertion names.

    A malformed or forged assertion, or one for another audience, means a signed-out reader.
    """
    if not text or not rules.keys:
        return SIGNED_OUT
    try:
        claims = _verified_claims(rules, text)
    except Exception:  # whatever is wrong with a forged text, its reader is signed out
        return SIGNED_OUT
    if claims is None or not _is_meant_for(rules, claims):
        return SIGNED_OUT
    reader_id = claims.get("sub")
    if not isinstance(reader_id, str) or not 0 < len(reader_id) <= MAX_READER_ID or not reader_id.isprintable():
        return SIGNED_OUT
    if not _is_in_force(rules, claims, instant):
        return EXPIRED
    return AssertedReader(
        Standing.SIGNED_IN, reader_id, claims.get("verified", True) is True, claims.get("staff", False) is True
    )


def _verified_claims(rules: ReaderAssertion, text: str) -> dict[str, object] | None:
    """Return the claims, or None if no registered key has signed them.

    If the header names a key, only that key counts. A key that cannot be used does not keep the others from counting.
    """
    named = extract_compact(text.encode()).headers().get("kid")
    for key in rules.keys:
        if named is None or named == key.key_id:
            try:
                return dict(jwt.decode(text, usable_key(key), algorithms=_ALGORITHM_NAMES[key.algorithm]).claims)
            except (JoseError, UnusableKeyError):
                continue
    return None


@lru_cache(maxsize=256)
def usable_key(key: AssertionKey) -> ECKey | RSAKey | OKPKey:
    """Return the key that is written in PEM. Raise UnusableKeyError if it does not suit its algorithm or is weak."""
    kind, needed = _KEY_KINDS[key.algorithm]
    try:
        with warnings.catch_warnings(action="ignore"):  # of short RSA keys, which are refused below
            found = kind.import_key(key.public_key)
        is_weak = _is_weak(found)
    except (JoseError, ValueError, TypeError, KeyError) as error:  # KeyError: a curve that has no name in JOSE
        raise UnusableKeyError(f"cannot be read as the key of {key.algorithm}, {needed}") from error
    if found.is_private or is_weak:
        raise UnusableKeyError(f"does not suit {key.algorithm}, which needs {needed}")
    return found


def _is_weak(key: ECKey | RSAKey | OKPKey) -> bool:
    return key.raw_value.key_size < MIN_RSA_BITS if isinstance(key, RSAKey) else key.curve_name not in _CURVES


def _is_meant_for(rules: ReaderAssertion, claims: dict[str, object]) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    return rules.audience in audiences and (rules.issuer is None or rules.issuer == claims.get("iss"))


def _is_in_force(rules: ReaderAssertion, claims: dict[str, object], instant: int) -> bool:
    """Check `exp`, `nbf` and the age of the assertion, with the site's leeway.

    An assertion issued further ahead than clocks may differ is not in force.
    """
    expires, starts, issued = claims.get("exp"), claims.get("nbf", 0), claims.get("iat", instant)
    if not (_is_instant(expires) and _is_instant(starts) and _is_instant(issued)):
        return False
    is_started = starts <= instant + rules.leeway_seconds
    is_issued = issued <= instant + SKEW_SECONDS
    is_young = instant - issued <= rules.maximum_age_seconds + rules.leeway_seconds
    return is_started and is_issued and is_young and instant < expires + rules.leeway_seconds


def _is_instant(claim: object) -> TypeGuard[int | float]:
    """Check that a claim is a number of seconds since 1970 within any calendar.

    Python's JSON reader also accepts NaN and Infinity; both fail this check.
    """
    return isinstance(claim, int | float) and not isinstance(claim, bool) and abs(claim) < _LATEST
