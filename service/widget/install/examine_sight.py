"""What is wrong with a page, as a browser saw it."""

from collections.abc import Iterator

from service.widget.install.examine_source import blocked_by_csp
from service.widget.install.finding import Code, InstallFinding, advice, fine, problem
from service.widget.install.sight import ServiceCall, Sight

KNOWN_REASONS = frozenset({"no_prompt", "no_place", "unusable", "resting", "off"})


def examine_sight(sight: Sight, service_url: str, is_answer_given: bool) -> tuple[InstallFinding, ...]:
    """Every finding, causes first. `is_answer_given`: the page's own markup says what the reader agreed to."""
    return (
        *_examine_loading(sight, service_url),
        *_examine_running(sight),
        *(() if is_answer_given else _examine_consent(sight)),
    )


def _examine_loading(sight: Sight, service_url: str) -> Iterator[InstallFinding]:
    if sight.blocked:
        yield blocked_by_csp(list(sight.blocked), service_url)
    elif sight.failure:
        yield problem(
            Code.SCRIPT_FAILED,
            f"the widget script could not be loaded: {sight.failure}",
            "Open its address in the browser; look at the proxy, the certificate, and what blocks requests.",
        )
    if sight.tag_count > 1:
        yield problem(
            Code.SCRIPT_TWICE,
            f"the finished page holds the widget script {sight.tag_count} times",
            "Keep one; look into the tag manager and into the theme.",
        )


def _examine_running(sight: Sight) -> Iterator[InstallFinding]:
    if not sight.is_running:
        yield problem(
            Code.NOT_RUNNING,
            "the widget did not start in a browser",
            "Look whether something else uses the name window.keepopen, and at the errors in the browser's console.",
        )
    elif "off" in sight.reasons:
        yield advice(Code.SWITCHED_OFF, "the widget is switched off for this site: nothing will be shown")
    elif not sight.asked:
        yield problem(
            Code.NOT_ANSWERED, "the widget started and asked nothing", "Look at the errors in the browser's console."
        )
    else:
        yield from _examine_answer(sight, sight.asked[-1])


def _examine_answer(sight: Sight, asked: ServiceCall) -> Iterator[InstallFinding]:
    stumbles = sorted(set(sight.reasons) - KNOWN_REASONS)
    if not asked.is_answered:
        yield problem(
            Code.NOT_ANSWERED,
            f"the service's answer did not reach the page: {asked.failure or f'status {asked.status}'}",
            "Look at the answer in the browser's network panel; its `code` says why. It has to come within 800 ms.",
        )
    elif stumbles:
        yield problem(
            Code.NOT_ANSWERED,
            f"the widget stumbled over the answer: {', '.join(stumbles)}",
            "Call keepopen.explain() in the browser's console. The answer has to come within 800 ms.",
        )
    elif "no_place" in sight.reasons:
        yield problem(
            Code.PLACE_MISSING,
            "there is an appeal to show and no <keep-open> element for it",
            "Put <keep-open> with the campaign's placement into the page.",
        )
    else:
        yield fine("the widget asked and the service answered")


def _examine_consent(sight: Sight) -> Iterator[InstallFinding]:
    """A reader who has not answered yet is asked by page facts and chance only; so would everybody be for ever."""
    if not sight.asked or sight.asked[-1].consent != "none":
        return
    tools = ", ".join(sight.consent_tools)
    if sight.speaks_consent and not sight.spoke_early:
        yield problem(
            Code.CONSENT_TOOL_LATE,
            "the consent tool comes after the widget, which therefore never hears its answer",
            "Put the tool's stub into the head before the widget script, without async.",
        )
    elif sight.speaks_consent:
        yield advice(
            Code.CONSENT_UNANSWERED,
            "the consent tool has no answer of this new reader yet: nothing is stored or counted until it has",
            "Agree in a browser and call keepopen.explain(): `consent` must become full or meter.",
        )
    elif sight.consent_tools:
        yield problem(
            Code.CONSENT_TOOL_SILENT,
            f"the consent tool ({tools}) speaks neither TCF nor GPP: the widget never hears its answer",
            "Switch TCF on in the tool, or call keepopen.consent('full') from its callback.",
        )
    else:
        yield advice(
            Code.CONSENT_NEVER_GIVEN,
            "nothing says yet what the reader agrees to: no history, no caps, no meter",
            "Say data-consent, or call keepopen.consent(...) once the reader has answered.",
        )
