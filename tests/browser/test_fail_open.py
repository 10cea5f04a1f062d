"""Whatever the service does, the article stays as it was: no appeal, no gate, no error of the page's."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from flask import Response
from playwright.sync_api import Page

from tests.browser.hearing import events_on, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, decision, prompt

pytestmark = pytest.mark.browser

GATE = {"kind": "gate", "placement": "over_article", "gate": {"type": "payment", "strength": "hard"}}
ORIGIN = {"Access-Control-Allow-Credentials": "true"}


def raw(text: str, status: int = 200) -> Callable[[Any], Response]:
    return lambda _: Response(text, status, content_type="application/json")


def broken(**changes: Any) -> Callable[[Any], Any]:
    return lambda _: decision({**prompt(**GATE), **changes})


def late(_: Any) -> Any:
    time.sleep(1.2)
    return decision(prompt(**GATE), access={"state": "gated"})


BAD_ANSWERS: dict[str, Callable[[Any], Any]] = {
    "error 500": raw("oops", 500),
    "error 404": raw('{"code": "unknown_site"}', 404),
    "not JSON": raw("<html>"),
    "truncated": raw('{"decision_id": "dec_1", "prompts": [{"kind": "gate"'),
    "empty": raw(""),
    "null": raw("null"),
    "a list": raw("[]"),
    "no prompts": raw("{}"),
    "prompts a number": raw('{"prompts": 3}'),
    "prompt null": raw('{"prompts": [null]}'),
    "huge": lambda _: Response('{"prompts": [], "x": "' + "a" * 5_000_000 + '"}'),
    "late": late,
    "unknown kind": broken(kind="popup"),
    "unknown placement": broken(kind="epic", placement="everywhere"),
    "copy missing": broken(copy=None),
    "paragraphs text": broken(copy={"heading": "x", "button": "y", "paragraphs": "z", "language": "en"}),
    "paragraph an object": broken(copy={**prompt()["copy"], "paragraphs": [{"text": "z"}]}),
    "footnote a number": broken(copy={**prompt()["copy"], "footnote": 5}),
    "amounts words": broken(ask={**prompt()["ask"], "intervals": [{"interval": "one_off", "amounts_minor": ["five"]}]}),
    "goal without numbers": broken(ticker={"label": "Fund", "goal_minor": "1", "raised_minor": None}),
    "kind inherited": broken(kind="constructor"),
    "ask missing": broken(ask=None),
    "amounts missing": broken(ask={"currency": "EUR", "exponent": 2, "intervals": [{}]}),
    "currency nonsense": broken(ask={**prompt()["ask"], "currency": "€€€"}),
    "gate without strength": broken(gate={"type": "payment", "strength": None}),
    "gate null": broken(gate=None),
    "token missing": broken(prompt_token=None),
}


@pytest.mark.deadlines(1)
def test_a_bad_answer_leaves_the_article_alone(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script("addEventListener('unhandledrejection', () => heard.push({event: 'unhandled'}));")
    address = press.article(head=press.script('data-consent="none"'))

    for name, answer in BAD_ANSWERS.items():
        stub.decide = answer
        page.goto(address)
        wait_for(page, "none")

        assert {"shown", "unhandled"}.isdisjoint(events_on(page)), name
        assert page.locator("p#p3").is_visible(), name
        assert page.locator("keep-open .root").count() == 0, name
        assert page.evaluate("getComputedStyle(document.querySelector('.body')).visibility") == "visible", name


@contextmanager
def dripping(seconds: float) -> Iterator[int]:
    """A server that sends a good head and then a byte now and again."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(seconds)

    def drip() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 900\r\n\r\n")
                for _ in range(int(seconds * 10)):
                    connection.sendall(b" ")
                    time.sleep(0.1)
        except OSError:
            pass

    thread = Thread(target=drip, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join()
    listener.close()


def elsewhere(press: Press, port: int) -> str:
    """The loader from the stand-in, but answers from another port: as when the service breaks after the loader."""
    elsewhere = "String(url).replace(/:\\d+\\/v1\\/decide/, ':%d/v1/decide')"
    loader = f"fetch = ((native) => (url, options) => native({elsewhere}, options))(fetch)"
    return press.article(head=f"<script>{loader % port}</script>" + press.script('data-consent="none"'))


@pytest.mark.deadlines(1)
def test_a_slow_drip_is_cut_after_800_milliseconds(page: Page, press: Press, stub: Stub) -> None:
    with dripping(1.5) as port:
        started = time.monotonic()
        page.goto(elsewhere(press, port))
        wait_for(page, "none")

    assert events_on(page) == ["error", "none"]
    assert time.monotonic() - started < 3


def test_a_refused_connection_is_silence(page: Page, press: Press, stub: Stub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    page.goto(elsewhere(press, port))
    wait_for(page, "none")

    assert events_on(page) == ["error", "none"]


def test_a_host_that_does_not_exist_is_silence(page: Page, press: Press) -> None:
    head = '<script async src="http://nowhere.invalid/v1/widget.js" data-site="courier"></script>'

    page.goto(press.article(head=head), wait_until="domcontentloaded")

    assert page.locator("p#p3").is_visible()


def test_after_three_failures_the_widget_rests(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = raw("oops", 500)
    for _ in range(4):
        page.goto(press.article())
        wait_for(page, "none")

    assert len(stub.decides) == 3
    assert page.evaluate("window.heard[0].reason") == "resting"


def test_a_module_that_cannot_be_loaded_is_silence(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.route("**/modules/amounts.js", lambda route: route.abort())

    page.goto(press.article())
    wait_for(page, "none")

    assert events_on(page) == ["decision", "error", "none"]
    assert page.get_by_role("region", name="You have read").count() == 0


@pytest.mark.deadlines(3)
@pytest.mark.parametrize("name", ["modules/prompts.js", "modules/amounts.js", "locales/en.js"])
def test_a_file_that_never_comes_is_given_up(page: Page, press: Press, stub: Stub, name: str) -> None:
    stub.show(prompt())
    page.route(f"**/{name}", lambda _: None)

    page.goto(press.article())
    wait_for(page, "none")

    assert events_on(page) == ["decision", "error", "none"]
    assert page.evaluate("heard.at(-1).reason") == "late"
    assert page.locator("keep-open .root").count() == 0


def test_a_prompt_that_cannot_be_drawn_does_not_take_the_other_with_it(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(), prompt(kind="banner", placement="page_bottom", campaign="b"))
    page.route("**/modules/banner.js", lambda route: route.abort())

    page.goto(press.article())
    wait_for(page, "error")
    wait_for(page, "shown")

    assert sorted(set(events_on(page)) - {"seen"}) == ["decision", "error", "shown"]
    assert page.locator("keep-open .appeal").is_visible()


def test_a_changed_module_is_refused_where_its_integrity_is_pinned(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    pinned = page.request.get(f"{stub.url}/v1/widget/integrity.json").json()
    address = f"{stub.url}/v1/widget/{pinned['version']}/modules/appeal.js"
    imports = (
        f'<script type="importmap">{{"integrity": {{"{address}": "{pinned["files"]["modules/appeal.js"]}"}}}}</script>'
    )
    page.route(
        address, lambda route: route.fulfill(body="export const build = () => 0;", content_type="text/javascript")
    )

    page.goto(press.article(head=imports + press.script()))
    wait_for(page, "none")

    assert "shown" not in events_on(page)
    assert page.locator("p#p3").is_visible()
