"""Nothing is kept or read before the reader has answered, and an answer is obeyed at once."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.hearing import wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, decision, prompt
from tests.browser.world import gpp

pytestmark = pytest.mark.browser

TCF = """<script>window.__tcfapi = (command, version, listener) => { window.answer = (purposes, status = 'tcloaded') =>
    listener({ gdprApplies: true, eventStatus: status, tcString: 'SECRET',
    purpose: { consents: purposes } }, true); %s };</script>"""
PASSPORT: Any = {"name": "keepopen-courier", "value": "p", "httpOnly": True}
ALL = "{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true, 10: true}"


def test_without_an_answer_nothing_is_stored_and_no_cookie_is_sent(page: Page, press: Press, stub: Stub) -> None:
    page.context.add_cookies([PASSPORT | {"url": stub.url}])

    page.goto(press.article(head=press.script("")))
    wait_for(page, "none")

    assert stub.decides[0]["consent"] == "none"
    assert stub.decides[0]["_cookie"] is None
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_with_consent_the_cookie_goes_along(page: Page, press: Press, stub: Stub) -> None:
    page.context.add_cookies([PASSPORT | {"url": stub.url}])

    page.goto(press.article())
    wait_for(page, "none")

    assert stub.decides[0]["_cookie"] == "keepopen-courier=p"


@pytest.mark.kept_tab
@pytest.mark.parametrize(
    ("purposes", "consent"),
    [
        (ALL, "full"),
        ("{1: true, 8: true}", "meter"),
        ("{1: true}", "none"),
        ("{8: true, 5: true}", "none"),
        ("{}", "none"),
    ],
)
def test_a_consent_tool_is_asked_first(page: Page, press: Press, stub: Stub, purposes: str, consent: str) -> None:
    page.goto(press.article(head=TCF % f"answer({purposes})" + press.script("")))
    wait_for(page, "none")

    assert [asked["consent"] for asked in stub.decides] == [consent]
    assert "SECRET" not in str(stub.decides)


@pytest.mark.parametrize("name", ["tcf", "gpp"])
def test_a_tool_is_heard_however_late_the_script_that_listens_comes(
    page: Page, press: Press, stub: Stub, name: str
) -> None:
    held: list[Route] = []
    page.route("**/modules/extras.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the function
    tool = TCF % f"answer({ALL})" if name == "tcf" else gpp([7], {"usnat": {"SaleOptOut": 2}})

    page.goto(press.article(head=tool + press.script("")))
    wait_for(page, "none")
    held[0].continue_()
    wait_for(page, "none", 2)

    assert [asked["consent"] for asked in stub.decides] == ["none", "full"]


def test_what_the_page_tells_stands_before_what_a_tool_says(page: Page, press: Press, stub: Stub) -> None:
    tell = "<script>(window.keepopen = window.keepopen || []).push(['consent', 'none'])</script>"

    page.goto(press.article(head=TCF % f"answer({ALL})" + tell + press.script("")))
    wait_for(page, "none")
    page.wait_for_timeout(300)

    assert [asked["consent"] for asked in stub.decides] == ["none"]
    assert page.evaluate("typeof window.answer") == "undefined"


def test_a_tool_that_never_answers_means_no_consent(page: Page, press: Press, stub: Stub) -> None:
    page.goto(press.article(head=TCF % "" + press.script("")))
    wait_for(page, "none")

    assert [asked["consent"] for asked in stub.decides] == ["none"]
    assert page.evaluate("localStorage.length") == 0


def test_a_late_yes_asks_again_for_the_same_view(page: Page, press: Press, stub: Stub) -> None:
    page.goto(press.article(head=TCF % "" + press.script("")))
    wait_for(page, "none")

    page.wait_for_function("typeof window.answer === 'function'")
    page.evaluate(f"answer({ALL}, 'useractioncomplete')")
    wait_for(page, "none", 2)

    assert [asked["consent"] for asked in stub.decides] == ["none", "full"]
    assert stub.decides[0]["view_id"] == stub.decides[1]["view_id"]


def test_a_yes_in_the_middle_of_the_drawing_does_not_lose_the_prompt(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    agree = f"""<script>addEventListener('keepopen:decision', () =>
        setTimeout(() => answer({ALL}, 'useractioncomplete'), 15), {{ once: true }});</script>"""

    page.goto(press.article(head=TCF % "" + agree + press.script("")))
    wait_for(page, "decision", 2)
    wait_for(page, "seen")

    assert [asked["consent"] for asked in stub.decides] == ["none", "full"]
    assert page.locator("keep-open .appeal").count() == 1


def test_a_withdrawal_erases(page: Page, press: Press, stub: Stub) -> None:
    page.goto(press.article(head=TCF % f"answer({ALL})" + press.script("")))
    wait_for(page, "none")
    page.wait_for_function("typeof window.answer === 'function'")

    with page.expect_response("**/v1/passport?site=courier"):
        page.evaluate("answer({}, 'useractioncomplete')")

    assert stub.erasures == ["courier"]


def test_a_withdrawal_also_erases_what_an_answer_on_its_way_brings(page: Page, press: Press, stub: Stub) -> None:
    erased_before: list[int] = []

    def late(_: Any) -> Any:
        ends_at = time.monotonic() + 5
        while not stub.erasures and time.monotonic() < ends_at:
            time.sleep(0.02)
        erased_before.append(len(stub.erasures))
        return decision()

    stub.decide = late
    with page.expect_request("**/v1/decide"):
        page.goto(press.article(head=TCF % f"answer({ALL})" + press.script("")), wait_until="commit")
    page.evaluate("answer({}, 'useractioncomplete')")
    for _ in range(100):
        if len(stub.erasures) > 1:
            break
        page.wait_for_timeout(100)

    assert set(erased_before) == {1}  # a slow page asks first without consent, and waits for that answer too
    assert stub.erasures == ["courier", "courier"]


def test_a_dialog_still_open_is_not_an_answer(page: Page, press: Press, stub: Stub) -> None:
    page.goto(press.article(head=TCF % f"answer({ALL}, 'cmpuishown')" + press.script("")))
    wait_for(page, "none")

    assert [asked["consent"] for asked in stub.decides] == ["none"]


def test_global_privacy_control_overrules_everything(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });")

    page.goto(press.article(head=TCF % f"answer({ALL})" + press.script('data-consent="full"')))
    wait_for(page, "none")
    page.evaluate("keepopen.consent('full')")

    assert [asked["consent"] for asked in stub.decides] == ["none"]


def test_an_explicit_call_before_the_loader_counts(page: Page, press: Press, stub: Stub) -> None:
    head = "<script>(window.keepopen ||= []).push(['consent', 'meter'])</script>" + press.script("")

    page.goto(press.article(head=head))
    wait_for(page, "none")

    assert [asked["consent"] for asked in stub.decides] == ["meter"]


LOCAL = 'data-consent="full" data-passport="local"'


def local(press: Press) -> str:
    return press.article(head=press.script(LOCAL))


def test_a_local_passport_travels_in_the_body_and_stays_in_this_browser(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda body: {"prompts": [], "passport": body["passport"] + "x"}
    for _ in range(2):
        page.goto(local(press))
        wait_for(page, "none")

    assert [asked["passport"] for asked in stub.decides] == ["", "x"]
    assert page.evaluate("localStorage['keepopen-courier']") == "xx"


@pytest.mark.parametrize("word", ["thanks", "receipt"])
def test_a_local_passport_learns_of_a_gift_before_it_is_asked_about(
    page: Page, press: Press, stub: Stub, word: str
) -> None:
    stub.decide = lambda body: {"prompts": [], "passport": body["passport"] + "x"}
    page.goto(local(press))
    wait_for(page, "none")

    page.goto("about:blank")
    page.goto(f"{local(press)}#keepopen-{word}=given")
    wait_for(page, "none")

    assert [asked["passport"] for asked in stub.decides] == ["", "x+given"]
    assert page.evaluate("localStorage['keepopen-courier']") == "x+givenx"
    assert "#" not in page.url


def test_a_local_passport_learns_of_a_checkout_begun(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda body: {"prompts": [prompt()], "passport": body["passport"] + "x"}
    page.goto(local(press))

    page.get_by_text("Monthly", exact=True).click()
    page.get_by_text("€3", exact=True).click()
    page.get_by_role("button", name="Support the Courier: €3 a month").click()
    page.wait_for_url("**/hosted")
    page.goto(f"{press.url}/no-page")

    carried = stub.checkouts[0]["passport"]
    assert carried
    assert page.evaluate("localStorage['keepopen-courier']") == f"{carried}+begun"


def test_two_tabs_do_not_lose_each_others_counts(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda body: {"prompts": [], "passport": body["passport"] + "x"}
    address = local(press)
    page.goto(address)
    wait_for(page, "none")

    page.evaluate(
        """(address) => { for (let number = 0; number < 4; number += 1) {
            const frame = document.createElement('iframe');
            frame.src = address;
            document.body.append(frame);
        } }""",
        address,
    )
    page.wait_for_function(
        """[...document.querySelectorAll('iframe')].every((frame) =>
            frame.contentWindow.heard?.some(({ reason }) => reason === 'no_prompt'))"""
    )

    assert len(stub.decides) == 5
    assert page.evaluate("localStorage['keepopen-courier']") == "xxxxx"


@pytest.mark.deadlines(1)
def test_a_count_is_not_lost_where_another_tab_takes_its_time(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda body: {"prompts": [], "passport": body["passport"] + "x"}
    hold = "navigator.locks.request('keepopen-courier', () => new Promise((go) => { window.go = go; }))"
    page.goto(press.article(head=f"<script>{hold}</script>" + press.script(LOCAL)))
    wait_for(page, "none")
    assert page.evaluate("heard.at(-1).reason") == "late"

    page.evaluate("go()")

    page.wait_for_function("localStorage['keepopen-courier'] === 'x'")
    assert len(stub.decides) == 1


def test_a_withdrawal_empties_a_local_passport(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda _: {"prompts": [], "passport": "held"}
    page.goto(local(press))
    wait_for(page, "none")

    page.evaluate("keepopen.consent('none')")
    page.wait_for_function("localStorage.length === 0")

    assert stub.erasures == []


def test_a_browser_without_storage_is_shown_nothing_in_local_mode(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage'); } });")

    page.goto(local(press))
    wait_for(page, "none")

    assert stub.decides == []
