"""Content-Security-Policies are read as browsers read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.widget.install.page.content_security_policy import Passes, allows

PAGE = "https://www.courier.example/news"
LOADER = "https://support.courier.example/v1/widget.js"


@pytest.mark.parametrize(
    ("policy", "is_allowed"),
    [
        ("", True),
        ("img-src 'none'", True),
        ("default-src 'none'", False),
        ("default-src 'none'; script-src https://support.courier.example", True),
        ("script-src support.courier.example", True),
        ("script-src SUPPORT.courier.example:443", True),
        ("script-src support.courier.example:8443", False),
        ("script-src support.courier.example:*", True),
        ("script-src *.courier.example", True),
        ("script-src *.example.org courier.example", False),
        ("script-src https:", True),
        ("script-src http://support.courier.example", True),
        ("script-src *", True),
        ("script-src 'self'", False),
        ("script-src 'none'", False),
        ("script-src https://support.courier.example/v1/", True),
        ("script-src https://support.courier.example/v1/widget.js", True),
        ("script-src https://support.courier.example/v1", False),
        ("script-src https://support.courier.example; script-src 'none'", True),
        ("script-src 'none'; script-src-elem https://support.courier.example", True),
        ("script-src https: 'strict-dynamic'", False),
        ("script-src https: , default-src 'self'", False),
        ("script-src https://[broken", False),
    ],
)
def test_a_policy_allows_the_loader_or_not(policy: str, is_allowed: bool) -> None:
    assert allows((policy,), "script-src", PAGE, LOADER) is is_allowed


def test_self_is_the_pages_own_origin() -> None:
    assert allows(("script-src 'self'",), "script-src", PAGE, "https://www.courier.example/support-api/v1/widget.js")
    assert not allows(("script-src 'self'",), "script-src", PAGE, "https://www.courier.example:8443/v1/widget.js")


def test_a_nonce_or_an_integrity_value_allows_scripts_only() -> None:
    policy = ("script-src 'nonce-abc' 'sha384-xyz'; connect-src 'nonce-abc'",)

    assert allows(policy, "script-src", PAGE, LOADER, Passes(nonce="abc"))
    assert allows(policy, "script-src", PAGE, LOADER, Passes(integrity="sha384-xyz"))
    assert not allows(policy, "script-src", PAGE, LOADER, Passes("other", "sha384-xyz sha384-unknown"))
    assert not allows(policy, "connect-src", PAGE, LOADER, Passes(nonce="abc"))


def test_every_policy_has_to_allow_the_address() -> None:
    assert not allows(("script-src https:", "script-src 'self'"), "script-src", PAGE, LOADER)


@given(st.text(max_size=80))
def test_any_text_is_accepted_as_a_policy(text: str) -> None:
    assert allows((f"connect-src {text}",), "connect-src", PAGE, LOADER) in {True, False}
