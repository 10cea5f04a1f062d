"""Keys of a publication and the assertions it signs with them."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from service.campaigns.site import AssertionKey, ReaderAssertion
from tests.decisions import make

NOW = make.instant()
EC, RSA, ED = ECKey.generate_key("P-256"), RSAKey.generate_key(2048), OKPKey.generate_key("Ed25519")
OTHER = ECKey.generate_key("P-256")


def public(key: Any) -> str:
    return str(key.as_pem(private=False).decode())


# An RSA key of 1,024 bits, which was made for these tests and thrown away.
WEAK_RSA = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDNAFdAl5Lv7HvIkVUUguIetEMr
rczNScAt7Z6NfdjkygNKRw08zWMvrGu/eHyOq7YjQxTPK8Nk8LHtW0i7zHdiyNqJ
BxgjffVF4ZLZ629udSZlqlf6KGEeqKXiunpMlD5K7jDsTmdaqyTa/ixXN49DffBk
knt30xJWM2GNsc4j4QIDAQAB
-----END PUBLIC KEY-----
"""
# Keys on curves that have no name in JOSE, whose names cannot be asked for.
NAMELESS_CURVES = tuple(
    ec.generate_private_key(curve()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for curve in (ec.SECP224R1, ec.BrainpoolP256R1)
)

RULES = ReaderAssertion(
    keys=(
        AssertionKey("ec", "ES256", public(EC)),
        AssertionKey("rsa", "RS256", public(RSA)),
        AssertionKey("ed", "EdDSA", public(ED)),
    ),
    audience="keepopen",
    issuer="https://tide.example",
)
CLAIMS = {"sub": "reader-1", "aud": "keepopen", "iss": "https://tide.example", "iat": NOW, "exp": NOW + 600}


def signed(key: Any = EC, algorithm: str = "ES256", *, header: dict[str, str] | None = None, **claims: Any) -> str:
    whole = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": algorithm, **(header or {})}, whole, key, algorithms=[algorithm])


def signed_as_written(claims: str) -> str:
    return jws.serialize_compact({"alg": "ES256"}, claims.encode(), EC)
