"""A person makes a passkey with a one-time link and signs in with it, in Chromium with a virtual authenticator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, expect

from service.staff.inviting import Wish, invite
from service.staff.people import COMMAND_LINE, Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole

CANCEL = "() => { navigator.credentials.get = async () => { throw new DOMException('', 'NotAllowedError'); }; }"
WISH = Wish("ana@courier.example", frozenset({Role.EDITOR}), name="Ana Byrne")


@pytest.fixture
def authenticator(page: Page) -> Iterator[CDPSession]:
    """A device in software that always verifies its user."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield devices
    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": added["authenticatorId"]})


def enter_with_link(page: Page, console: ServedConsole) -> None:
    page.goto(invite(console.services, WISH, COMMAND_LINE).link)
    page.get_by_role("button", name="Sign in as Ana Byrne").click()


def test_a_person_makes_a_passkey_and_comes_back_with_it(
    page: Page, console: ServedConsole, authenticator: CDPSession
) -> None:
    enter_with_link(page, console)
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("You can now sign in with the passkey “Chrome on Linux”.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(f"{console.url}/console/sign-in")

    page.goto(f"{console.url}/console/me?x=1")
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")

    expect(page).to_have_url(f"{console.url}/console/me?x=1")
    expect(page.get_by_role("heading", name="How do you sign in?")).to_be_visible()


def test_a_second_passkey_on_the_same_device_is_explained(
    page: Page, console: ServedConsole, authenticator: CDPSession
) -> None:
    enter_with_link(page, console)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="Make a passkey").click()

    page.get_by_role("button", name="Make a passkey").click()

    expect(page.get_by_role("alert")).to_have_text("This device already has a passkey of yours. Use it to sign in.")


def test_a_cancelled_passkey_is_explained_and_can_be_tried_again(page: Page, console: ServedConsole) -> None:
    page.goto(f"{console.url}/console/sign-in")
    page.evaluate(CANCEL)

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("You cancelled, or it took too long.")
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_on_a_phone_and_in_both_schemes(
    page: Page, console: ServedConsole, authenticator: CDPSession, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 800})

    def look() -> None:
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.goto(f"{console.url}/console/sign-in?again=1")
    look()
    page.goto(invite(console.services, WISH, COMMAND_LINE).link)
    look()
    page.get_by_role("button", name="Sign in as Ana Byrne").click()
    expect(page.get_by_role("button", name="Make a passkey")).to_be_visible()
    look()
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    look()
    page.goto(f"{console.url}/console/sign-in/{'x' * 43}")
    look()
