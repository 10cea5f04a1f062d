"""Reader assertions: tokens that say which reader is signed in."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from service.campaigns.site import AssertionKey, ReaderAssertion
from service.readers.assertion import Standing, asserted_reader
from tests.readers.assertions import (
    CLAIMS,
    EC,
    ED,
    NAMELESS_CURVES,
    NOW,
    OTHER,
    RSA,
    RULES,
    WEAK_RSA,
    public,
    signed,
    signed_as_written,
)


def standing(text: str | None, rules: ReaderAssertion = RULES, instant: int = NOW) -> Standing:
    return asserted_reader(rules, text, instant).standing


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "RS256"), (ED, "EdDSA"), (ED, "Ed25519")])
def test_assertions_are_signed_with_any_kind_of_key(key: Any, algorithm: str) -> None:
    found = asserted_reader(RULES, signed(key, algorithm), NOW)

    assert (found.standing, found.reader_id, found.is_verified, found.is_staff) == (
        Standing.SIGNED_IN, "reader-1", True, False,
    )  # fmt: skip


def test_a_key_may_be_named_and_then_only_that_one_counts() -> None:
    assert standing(signed(header={"kid": "ec"})) is Standing.SIGNED_IN
    assert standing(signed(header={"kid": "rsa"})) is Standing.SIGNED_OUT
    assert standing(signed(header={"kid": "gone"})) is Standing.SIGNED_OUT


def test_an_assertion_says_unverified_and_staff() -> None:
    found = asserted_reader(RULES, signed(verified=False, staff=True), NOW)

    assert (found.is_verified, found.is_staff) == (False, True)
    assert asserted_reader(RULES, signed(staff="yes"), NOW).is_staff is False


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        "a.b.c",
        "é.é.é",
        signed(OTHER),
        signed(aud="elsewhere"),
        signed(aud=None),
        signed(iss="https://evil.example"),
        signed(iss=["https://tide.example"]),
        signed(aud=[["keepopen"]]),
        signed(sub=None),
        signed(sub=""),
        signed(sub=7),
        signed(sub="x" * 256),
        signed(sub="a\x00b"),
        signed_as_written(json.dumps({**CLAIMS, "sub": "half a character \ud83d"})),
        jwt.encode({"alg": "HS256"}, CLAIMS, OctKey.generate_key(256), algorithms=["HS256"]),
        signed().rsplit(".", 1)[0] + ".",
        signed()[:-10] + "AAAAAAAAAA",
    ],
)
def test_an_invalid_assertion_means_a_signed_out_reader(text: str | None) -> None:
    assert standing(text) is Standing.SIGNED_OUT


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": NOW - 59}, Standing.SIGNED_IN),
        ({"exp": NOW - 60}, Standing.EXPIRED),
        ({"exp": None}, Standing.EXPIRED),
        ({"exp": "soon"}, Standing.EXPIRED),
        ({"exp": True}, Standing.EXPIRED),
        ({"exp": math.inf}, Standing.EXPIRED),
        ({"exp": math.nan}, Standing.EXPIRED),
        ({"exp": 10**30}, Standing.EXPIRED),
        ({"nbf": -math.inf}, Standing.EXPIRED),
        ({"nbf": NOW + 60}, Standing.SIGNED_IN),
        ({"nbf": NOW + 61}, Standing.EXPIRED),
        ({"iat": NOW - 3660, "exp": NOW + 600}, Standing.SIGNED_IN),
        ({"iat": NOW - 3661, "exp": NOW + 600}, Standing.EXPIRED),
        ({"iat": NOW + 300, "exp": NOW + 600}, Standing.SIGNED_IN),
        ({"iat": NOW + 301, "exp": NOW + 600}, Standing.EXPIRED),
        ({"iat": NOW + 86_400, "exp": NOW + 90_000}, Standing.EXPIRED),
    ],
)
def test_an_assertion_is_in_force_for_a_while(claims: dict[str, Any], expected: Standing) -> None:
    assert standing(signed(**claims)) is expected


def test_without_keys_every_reader_is_signed_out() -> None:
    assert standing(signed(), ReaderAssertion()) is Standing.SIGNED_OUT


def test_several_audiences_may_be_named() -> None:
    assert standing(signed(aud=["other", "keepopen"])) is Standing.SIGNED_IN


@pytest.mark.parametrize(
    ("algorithm", "broken"),
    [
        ("RS256", WEAK_RSA),
        ("RS256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
        ("RS256", ""),
        ("RS256", public(ED)),
        *(("ES256", nameless) for nameless in NAMELESS_CURVES),
    ],
)
def test_a_key_that_cannot_be_used_signs_nobody_out(algorithm: str, broken: str) -> None:
    """Documents were saved before keys were checked, so a broken key may come first in a list."""
    rules = replace(RULES, keys=(AssertionKey("broken", algorithm, broken), *RULES.keys))

    assert standing(signed(EC, "ES256"), rules) is Standing.SIGNED_IN
    assert standing(signed(EC, "ES256", header={"kid": "broken"}), rules) is Standing.SIGNED_OUT


@given(st.text() | st.lists(st.sampled_from([".", "e30", "W10", "bnVsbA", "MQ", "eyJhbGciOiJFUzI1NiJ9"])).map("".join))
def test_no_text_makes_the_check_fail(text: str) -> None:
    assert standing(text) is Standing.SIGNED_OUT
