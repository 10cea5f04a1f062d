"""Check what the widget did in a browser: loaded, started, asked the service and got an answer."""

from collections.abc import Iterator

from service.widget.install.browser.visit import BrowserVisit, DecideRequest
from service.widget.install.finding import Code, Finding, advice, fine, problem

MISFITS = ("hidden", "too_narrow", "too_high")  # reported with the places
KNOWN_REASONS = frozenset({"no_prompt", "no_place", "unusable", "resting", "off", "returned", *MISFITS})


def check_answer(visit: BrowserVisit) -> Iterator[Finding]:
    """Yield every finding about the widget's start, its request and the answer."""
    yield from _check_loading(visit)
    if not visit.is_running:
        yield problem(
            Code.NOT_RUNNING,
            "the widget did not start in a browser",
            "Check that no other script uses the name window.keepopen, and read the errors in the browser's console.",
        )
    elif "off" in visit.reasons:
        yield advice(Code.SWITCHED_OFF, "the widget is switched off for this site: nothing will be shown")
    elif not visit.requests:
        yield problem(
            Code.NOT_ANSWERED,
            "the widget started and requested no decision",
            "Read the errors in the browser's console.",
        )
    else:
        yield from _check_answer(visit, visit.requests[-1])


def _check_loading(visit: BrowserVisit) -> Iterator[Finding]:
    if visit.failure and not visit.blocked:
        yield problem(
            Code.SCRIPT_FAILED,
            f"the widget script could not be loaded: {visit.failure}",
            "Open its address in a browser. Check the proxy, the certificate, and tools that block requests.",
        )
    if visit.script_count > 1:
        yield problem(
            Code.SCRIPT_TWICE,
            f"the finished page has the widget script {visit.script_count} times",
            "Keep one. Check the tag manager and the theme.",
        )
    if visit.frames:
        frames = f"a frame inside the page ({', '.join(visit.frames)})"
        if visit.is_running:
            yield advice(
                Code.SCRIPT_IN_FRAME,
                f"{frames} has the widget as well, and counts a page view of its own",
                "Remove the script from pages that other pages embed.",
            )
        else:
            yield problem(
                Code.SCRIPT_IN_FRAME,
                f"the widget is only in {frames}, from which it can neither read the page nor cover it",
                "Put the script into the page itself.",
            )


def _check_answer(visit: BrowserVisit, request: DecideRequest) -> Iterator[Finding]:
    errors = sorted(set(visit.reasons) - KNOWN_REASONS)
    if not request.is_answered:
        yield problem(
            Code.NOT_ANSWERED,
            f"the service's answer did not reach the page: {request.failure or f'status {request.status}'}",
            "Check that the service runs, that the proxy passes /v1/ to it, and that the site lists the page's origin. "
            f"`curl -i {request.url}` says more. The answer has to come within 800 ms.",
        )
    elif errors:
        yield problem(
            Code.NOT_ANSWERED,
            f"the widget could not use the answer: {', '.join(errors)}",
            "Call keepopen.explain() in the browser's console. The answer has to come within 800 ms.",
        )
    elif "no_place" in visit.reasons:
        yield problem(
            Code.PLACE_MISSING,
            "there is an appeal to show and no <keep-open> element for it",
            "Put <keep-open> with the campaign's placement into the page.",
        )
    else:
        yield fine("the widget requested a decision and the service answered")
