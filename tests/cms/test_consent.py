"""Where WordPress's pages get a reader's consent from."""

import pytest
from playwright.sync_api import expect

from tests.browser.hearing import wait_for
from tests.cms.conftest import Opener
from tests.cms.wordpress import WordPress

pytestmark = [pytest.mark.browser, pytest.mark.cms]

CONSENT_API = """
window.allowed = [];
window.wp_has_consent = (category) => allowed.includes(category);
"""
CONSENT = "keepopen.explain().then((found) => found.consent)"


def test_the_wp_consent_api_is_heard(wordpress: WordPress, open_tab: Opener) -> None:
    wordpress.configure(consent="wp")
    tab = open_tab()
    tab.add_init_script(CONSENT_API)
    tab.goto(wordpress.addresses["buses"])
    wait_for(tab, "none")
    assert tab.evaluate(CONSENT) == "none"

    tab.evaluate("allowed.push('statistics'); document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change'))")
    wait_for(tab, "none", 2)
    assert tab.evaluate(CONSENT) == "meter"
    tab.evaluate("allowed.push('marketing'); document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change'))")
    wait_for(tab, "shown")

    assert tab.evaluate(CONSENT) == "full"


@pytest.mark.parametrize(
    ("source", "consent"), [("tool", "none"), ("none", "none"), ("meter", "meter"), ("full", "full")]
)
def test_a_site_may_answer_for_its_readers(wordpress: WordPress, open_tab: Opener, source: str, consent: str) -> None:
    wordpress.configure(consent=source)
    tab = open_tab()

    tab.goto(wordpress.addresses["buses"])
    wait_for(tab, "decision")

    assert tab.evaluate(CONSENT) == consent
    expect(tab.locator("script[src$='consent.js']")).to_have_count(0)
