"""Reader assertions: how a publication vouches, with a signature, for who is signed in.

A JWT (https://www.rfc-editor.org/rfc/rfc7519) signed with ES256, RS256 or EdDSA by one of the site's registered keys.
`sub` is the publication's own reader id; `exp` and `aud` are required; `verified` and `staff` are optional booleans.
"""

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
_FAR = 1 << 40
# RFC 9864 renames EdDSA with this curve to Ed25519; publications send either.
_NAMES = {"ES256": ["ES256"], "RS256": ["RS256"], "EdDSA": ["EdDSA", "Ed25519"]}


class Standing(StrEnum):
    """`expired`: signed by the publication, but no longer in force, so the reader is known to be someone unknown."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AssertedReader:
    """`reader_id` is the publication's own and is never stored or logged."""

    standing: Standing
    reader_id: str = ""
    is_verified: bool = True
    is_staff: bool = False


SIGNED_OUT = AssertedReader(Standing.SIGNED_OUT)
EXPIRED = AssertedReader(Standing.EXPIRED)


def asserted_reader(rules: ReaderAssertion, text: str | None, instant: int) -> AssertedReader:
    """Who the assertion speaks of. Anything malformed, forged or meant for another audience is a signed-out reader."""
    if not text or not rules.keys:
        return SIGNED_OUT
    try:
        claims = _verified_claims(rules, text)
    except (JoseError, ValueError, TypeError, KeyError):
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
    """The claims, if one registered key has signed them: the one the header names, or any where it names none."""
    named = extract_compact(text.encode()).headers().get("kid")
    for key in rules.keys:
        if named is None or named == key.key_id:
            try:
                return dict(jwt.decode(text, _key(key), algorithms=_NAMES[key.algorithm]).claims)
            except JoseError:
                continue
    return None


@lru_cache(maxsize=256)
def _key(key: AssertionKey) -> ECKey | RSAKey | OKPKey:
    match key.algorithm:
        case "ES256":
            return ECKey.import_key(key.public_key)
        case "RS256":
            return RSAKey.import_key(key.public_key)
        case _:
            return OKPKey.import_key(key.public_key)


def _is_meant_for(rules: ReaderAssertion, claims: dict[str, object]) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    return rules.audience in audiences and (rules.issuer is None or rules.issuer == claims.get("iss"))


def _is_in_force(rules: ReaderAssertion, claims: dict[str, object], instant: int) -> bool:
    """Not past `exp`, not before `nbf`, and not issued longer ago than the site allows, give or take the leeway; nor
    issued ahead of the clock, which no skew between machines explains."""
    expires, starts, issued = claims.get("exp"), claims.get("nbf", 0), claims.get("iat", instant)
    if not (_is_instant(expires) and _is_instant(starts) and _is_instant(issued)):
        return False
    is_started = starts <= instant + rules.leeway_seconds
    is_issued = issued <= instant + SKEW_SECONDS
    is_young = instant - issued <= rules.maximum_age_seconds + rules.leeway_seconds
    return is_started and is_issued and is_young and instant < expires + rules.leeway_seconds


def _is_instant(claim: object) -> TypeGuard[int | float]:
    """Seconds since 1970; neither NaN nor infinity, which Python reads in JSON, nor beyond all calendars."""
    return isinstance(claim, int | float) and not isinstance(claim, bool) and abs(claim) < _FAR
