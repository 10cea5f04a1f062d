"""Check that the reader's consent can reach the widget."""

from collections.abc import Iterator

from service.widget.install.browser.visit import BrowserVisit
from service.widget.install.finding import Code, Finding, advice, problem


def check_consent(visit: BrowserVisit, is_stated: bool) -> Iterator[Finding]:
    """Yield a finding if the widget has no consent. `is_stated`: the script has a `data-consent` attribute.

    A new reader has not answered yet, so a missing answer alone is no fault. The finding says if it can never arrive.
    """
    if is_stated or not visit.requests or visit.requests[-1].consent != "none":
        return
    if visit.has_consent_api and not visit.had_consent_api_early:
        yield problem(
            Code.CONSENT_TOOL_LATE,
            "the consent tool loads after the widget, so the widget never gets its answer",
            "Put the tool's stub into the head before the widget script, without async.",
        )
    elif visit.has_consent_api:
        yield advice(
            Code.CONSENT_UNANSWERED,
            "the consent tool has no answer from this new reader yet: until then nothing is stored or counted",
            "Agree in a browser and call keepopen.explain(): `consent` must become full or meter.",
        )
    elif visit.consent_tools:
        yield problem(
            Code.CONSENT_TOOL_SILENT,
            f"the consent tool ({', '.join(visit.consent_tools)}) offers neither TCF nor GPP, "
            "so the widget never gets its answer",
            "Switch TCF on in the tool, or call keepopen.consent('full') from its callback.",
        )
    else:
        yield advice(
            Code.CONSENT_NEVER_GIVEN,
            "the page does not say what the reader agrees to: there is no history, no cap and no meter",
            "Set data-consent, or call keepopen.consent(…) when the reader has answered.",
        )
