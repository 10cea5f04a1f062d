"""What the widget weighs and costs, as a table: `python -m tests.browser.bench_widget`."""

import os
import sys
from typing import Any

import brotli
from playwright.sync_api import Browser, sync_playwright

from service.pages.language import LANGUAGES
from service.widget.assets import assets
from tests.browser.hearing import HEAR, wait_for
from tests.browser.press import Press, create_press
from tests.browser.stub import Stub, create_stub, prompt, serving
from tests.browser.test_vitals import OBSERVE, SHAPES
from tests.chromium import CHROMIUM, FLAGS
from tests.widget.test_budgets import APPEAL, modules, weight

SLOW_DOWN = 4


def sizes() -> list[tuple[str, int, int]]:
    """Name, bytes after Brotli 11, budget."""
    heaviest = max(weight(f"locales/{language}.json") for language in LANGUAGES)
    return [
        ("loader", weight("loader.js"), 2500),
        ("loader + decision + inline appeal", weight("loader.js", *modules(*APPEAL)), 10_000),
        ("amount chooser", weight(*modules("amounts")), 6000),
        ("heaviest locale", heaviest, 2000),
    ]


def measure(browser: Browser, address: str, shown: int) -> dict[str, Any]:
    """One cold load on a slowed processor: layout shift, longest task, requests to the service."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(HEAR + OBSERVE)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto("about:blank")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    page.goto(address)
    wait_for(page, "shown" if shown else "decision")
    page.wait_for_timeout(800)
    found = {
        "shift": sum(page.evaluate("window.shifts")),
        "task": max(page.evaluate("window.tasks"), default=0),
        "requests": sum("/v1/" in url for url in requests),
    }
    context.close()
    return found


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    say(f"widget {assets().version}, Brotli {brotli.__version__} at 11")
    for name, size, budget in sizes():
        say(f"  {name:36}{size:>8,} of {budget:>6,} bytes {'' if size <= budget else 'OVER'}")
    stub, press = Stub(), Press()
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with (
        serving(create_stub(stub)) as stub.url,
        serving(create_press(press)) as press.url,
        sync_playwright() as playwright,
    ):
        press.service = stub.url
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        say(f"cold load, processor slowed {SLOW_DOWN} times, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for name, changes in {"nothing to show": None, **SHAPES}.items():
            stub.forget_all()
            if changes is not None:
                stub.show(prompt(**changes))
            seen = measure(browser, press.article(), shown=changes is not None)
            cost = f"shift {seen['shift']:.3f}, longest task {seen['task']:>4.0f} ms, {seen['requests']:>2} requests"
            say(f"  {name:36}{cost}")
        plain = measure_plain(browser, press)
        say(f"  {'the same page without the widget':36}longest task {plain:>4.0f} ms")
        browser.close()
    return int(any(size > budget for _, size, budget in sizes()))


def measure_plain(browser: Browser, press: Press) -> float:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(OBSERVE)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    page.goto(press.article(head="", path="plain"))
    page.wait_for_timeout(1000)
    longest: float = max(page.evaluate("window.tasks"), default=0)
    context.close()
    return longest


if __name__ == "__main__":
    sys.exit(main())
