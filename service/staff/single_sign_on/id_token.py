"""Check the ID token in which a provider says who has signed in.

The checks are those of https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

import structlog
from joserfc import jwt
from joserfc.jwk import JWKRegistry
from joserfc.jws import extract_compact

from service.staff.single_sign_on.errors import SignInRefusedError

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 60
MAX_SUBJECT_CHARACTERS = 255

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ExpectedClaims:
    """What the ID token of a sign-in must say."""

    issuer: str
    client_id: str
    nonce: str


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Who has signed in at a provider. `email` is empty unless the provider has verified it.

    `proved_at`: when the person last proved who they are, if the provider says so.
    """

    issuer: str
    subject: str
    email: str
    proved_at: datetime | None


def proven_identity(token: object, keys: Mapping[str, Any], expected: ExpectedClaims, now: datetime) -> ProvenIdentity:
    """Return who an ID token is about. Raise SignInRefusedError if a check fails."""
    claims = _signed_claims(str(token), keys["keys"])
    if not _is_for_us(claims, expected) or not _is_in_force(claims, now.timestamp()):
        raise SignInRefusedError("The answer of your sign-in service is not meant for this sign-in. Try again.")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS or not subject.isprintable():
        raise SignInRefusedError("The answer of your sign-in service does not say who you are.")
    email = claims.get("email") if claims.get("email_verified") is True else None
    proved_at = claims.get("auth_time")
    return ProvenIdentity(
        expected.issuer,
        subject,
        email.strip().lower() if isinstance(email, str) else "",
        datetime.fromtimestamp(proved_at, UTC) if _is_instant(proved_at) and proved_at > 0 else None,
    )


def _signed_claims(token: str, keys: Any) -> dict[str, Any]:
    """Return the claims of a token that one of these keys has signed. If the token names a key, only that one counts.

    A provider may also publish keys that we cannot use, or keys for other purposes; they are passed over.
    """
    for key in keys if isinstance(keys, list) else ():
        try:
            named = extract_compact(token.encode()).headers().get("kid")
            if named is None or named == key.get("kid"):
                return dict(jwt.decode(token, JWKRegistry.import_key(key), algorithms=ALGORITHMS).claims)
        except Exception as error:  # the library raises errors of many kinds for a forged token or an unusable key
            log.info("id_token_key_passed_over", error_type=type(error).__name__)
    raise SignInRefusedError("The answer of your sign-in service is not signed with one of its keys.")


def _is_for_us(claims: Mapping[str, Any], expected: ExpectedClaims) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    is_party = claims.get("azp") in ((None, expected.client_id) if len(audiences) == 1 else (expected.client_id,))
    return (
        claims.get("iss") == expected.issuer
        and expected.client_id in audiences
        and is_party
        and claims.get("nonce") == expected.nonce
    )


def _is_in_force(claims: Mapping[str, Any], instant: float) -> bool:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not (_is_instant(expires) and _is_instant(issued)):
        return False
    return instant < expires + LEEWAY_SECONDS and issued <= instant + LEEWAY_SECONDS


def _is_instant(claim: object) -> TypeGuard[int | float]:
    """Check that a claim is a number of seconds since 1970 within any calendar; NaN and Infinity are none."""
    return isinstance(claim, int | float) and not isinstance(claim, bool) and abs(claim) < 1 << 37
