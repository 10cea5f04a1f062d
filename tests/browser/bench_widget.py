"""What the widget weighs and costs, as a table: `python -m tests.browser.bench_widget`."""

import os
import sys
from statistics import median

import brotli
from playwright.sync_api import Browser, sync_playwright

from service.pages.language import LANGUAGES
from service.widget.assets import assets
from tests.browser.hearing import HEAR, wait_for
from tests.browser.press import Press, create_press
from tests.browser.stub import Stub, create_stub, prompt, serving
from tests.browser.tasks import PHONE, SLOW_DOWN, plain_tasks, widget_tasks
from tests.browser.world import LATENCY_MILLISECONDS, OBSERVE_SHIFTS, PLACES, slow_down
from tests.chromium import CHROMIUM, FLAGS
from tests.widget.weights import APPEAL, KILOBYTE, modules, weight

LOADS = 5
NOTE_TIMES = """window.times = {};
for (const name of ['decision', 'shown']) addEventListener('keepopen:' + name, () => (times[name] = performance.now()));
"""
SEEN_AT_ONCE = ("head of the article", "banner", "gate")


def sizes() -> list[tuple[str, int, int]]:
    """Name, bytes after Brotli 11, budget."""
    heaviest = max(weight(f"locales/{language}.js") for language in LANGUAGES)
    return [
        ("loader", weight("loader.js"), 3 * KILOBYTE),
        ("loader + facts + inline appeal", weight("loader.js", *modules(*APPEAL)), 10_752),
        ("amount chooser", weight(*modules("amounts")), 6 * KILOBYTE),
        ("heaviest locale", heaviest, 2 * KILOBYTE),
    ]


def measure(browser: Browser, address: str, stub: Stub, is_shown: bool) -> str:
    """One new reader's load: layout shift, and requests to the service; then a second one in the same browser."""
    context = browser.new_context(viewport=PHONE)
    context.add_init_script(HEAR + OBSERVE_SHIFTS)
    page = context.new_page()
    shifts, fetched = [], []
    for _ in range(2):
        stub.paths.clear()
        page.goto(address)
        wait_for(page, "seen" if is_shown else "decision")
        page.wait_for_timeout(800)
        shifts.append(sum(page.evaluate("window.shifts")))
        fetched.append(len(stub.paths))
    context.close()
    return f"shift {max(shifts):.3f}, requests {fetched[0]} cold and {fetched[1]} warm"


def waiting(browser: Browser, address: str) -> str:
    """From the decision of a new reader to the drawn prompt, on a line where each request takes a while longer."""
    context = browser.new_context(viewport=PHONE)
    context.add_init_script(HEAR + NOTE_TIMES)
    page = context.new_page()
    slow_down(page)
    page.goto(address)
    wait_for(page, "shown")
    milliseconds: float = page.evaluate("times.shown - times.decision")
    context.close()
    return f"drawn {milliseconds:.0f} ms after the decision, each request {LATENCY_MILLISECONDS} ms longer"


def longest_task(browser: Browser, address: str, stub: Stub) -> str:
    """The longest task of the widget in each of several loads: their median, and the best."""
    longest = []
    for _ in range(LOADS):
        stub.events.clear()
        longest.append(max(widget_tasks(browser, address, stub), default=0))
    kept = [each for each in longest if each]
    if not kept:
        return "nothing shown in time"
    return f"longest task {median(kept):.0f} ms, best {min(kept):.0f} ms, of {len(kept)} loads"


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
        say(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; tasks on a processor slowed {SLOW_DOWN} times")
        plain = plain_tasks(browser, press.article(head="", path="plain"))
        say(f"  {'the page without the widget':36}longest task {max(plain):.0f} ms")
        for name, changes in {"nothing to show": None, **PLACES}.items():
            stub.forget_all()
            if changes is not None:
                stub.show(prompt(**changes))
            say(f"  {name:36}{measure(browser, press.article(), stub, name in SEEN_AT_ONCE)}")
            if changes is not None:
                say(f"  {'':36}{waiting(browser, press.article())}")
            if name in SEEN_AT_ONCE:
                say(f"  {'':36}{longest_task(browser, press.article(), stub)}")
        browser.close()
    return int(any(size > budget for _, size, budget in sizes()))


if __name__ == "__main__":
    sys.exit(main())
