"""What consent tools answer, and what the widget makes of it: in doubt nothing may be kept."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hearing import wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub
from tests.browser.world import gpp, tcf

pytestmark = pytest.mark.browser

YES = [True] * 24
NO = [False] * 24
NOT_OUT = {"SaleOptOut": 2, "SharingOptOut": 2, "TargetedAdvertisingOptOut": 2}


def told(consents: Any, **changes: Any) -> str:
    return tcf({"gdprApplies": True, "eventStatus": "tcloaded", "purpose": {"consents": consents}, **changes})


def purposes(*granted: int) -> dict[str, bool]:
    return {str(number): number in granted for number in range(1, 11)}


EVERY = purposes(*range(1, 11))

ANSWERS: dict[str, tuple[str, str]] = {
    # TCF
    "tcf: everything": (told(EVERY), "full"),
    "tcf: what full needs": (told(purposes(1, 5, 8)), "full"),
    "tcf: what the meter needs": (told(purposes(1, 8)), "meter"),
    "tcf: no storage": (told(purposes(5, 8)), "none"),
    "tcf: nothing": (told({}), "none"),
    "tcf: no purposes": (told(None), "none"),
    "tcf: words instead of yes": (told(dict.fromkeys("12345678", "true")), "none"),
    "tcf: ones instead of yes": (told(dict.fromkeys("12345678", 1)), "none"),
    "tcf: a list from nought": (told([True] * 10), "full"),
    "tcf: still asking": (told(EVERY, eventStatus="cmpuishown"), "none"),
    "tcf: a status nobody knows": (told(EVERY, eventStatus="done"), "none"),
    "tcf: without a status": (told(EVERY, eventStatus=None), "none"),
    "tcf: answered by the reader": (told(EVERY, eventStatus="useractioncomplete"), "full"),
    "tcf: not said whether it applies": (told(purposes(1, 8), gdprApplies=None), "meter"),
    "tcf: does not apply": (told({}, gdprApplies=False), "full"),
    "tcf: does not apply, still asking": (told({}, gdprApplies=False, eventStatus="cmpuishown"), "none"),
    "tcf: failed": (tcf({"eventStatus": "tcloaded", "purpose": {"consents": EVERY}}, is_ok=False), "none"),
    "tcf: no data": (tcf(None), "none"),
    "tcf: throws": ("<script>window.__tcfapi = () => { throw Error('tool') };</script>", "none"),
    "tcf: legitimate interest only": (told({}, purpose={"legitimateInterests": EVERY}), "none"),
    # GPP, European section
    "gpp: Europe, everything": (gpp([2], {"tcfeuv2": [{"PurposeConsents": YES}]}), "full"),
    "gpp: Europe, nothing": (gpp([2], {"tcfeuv2": [{"PurposeConsents": NO}]}), "none"),
    "gpp: Europe, by number": (gpp([2], {"tcfeuv2": [{"PurposeConsents": [1, 5, 8]}]}), "full"),
    "gpp: Europe, the meter by number": (gpp([2], {"tcfeuv2": [{"PurposeConsents": [1, 8]}]}), "meter"),
    "gpp: Europe, five numbers are not purpose five": (
        gpp([2], {"tcfeuv2": [{"PurposeConsents": [1, 2, 3, 4, 6, 7, 8, 9]}]}),
        "meter",
    ),
    "gpp: Europe, ones": (gpp([2], {"tcfeuv2": [{"PurposeConsents": [1] * 24}]}), "none"),
    "gpp: Europe, mixed": (gpp([2], {"tcfeuv2": [{"PurposeConsents": [True, 5, 8]}]}), "none"),
    "gpp: Europe, without purposes": (gpp([2], {"tcfeuv2": [{"CmpId": 7}]}), "none"),
    "gpp: Europe, one segment": (gpp([2], {"tcfeuv2": {"PurposeConsents": YES}}), "full"),
    "gpp: Europe applies but is missing": (gpp([2], {"usnat": NOT_OUT}), "none"),
    "gpp: America is there but Europe applies": (
        gpp([2], {"usnat": NOT_OUT, "tcfeuv2": [{"PurposeConsents": NO}]}),
        "none",
    ),
    # GPP, Canada
    "gpp: Canada, no": (gpp([5], {"tcfcav1": [{"PurposesExpressConsent": NO, "PurposesImpliedConsent": NO}]}), "none"),
    "gpp: Canada, implied": (
        gpp([5], {"tcfcav1": [{"PurposesExpressConsent": NO, "PurposesImpliedConsent": YES}]}),
        "none",
    ),
    "gpp: Canada, express": (gpp([5], {"tcfcav1": [{"PurposesExpressConsent": YES}]}), "full"),
    # GPP, America
    "gpp: America, not out": (gpp([7], {"usnat": [NOT_OUT]}), "full"),
    "gpp: America, out of sale": (gpp([7], {"usnat": [NOT_OUT | {"SaleOptOut": 1}]}), "none"),
    "gpp: America, out of advertising": (gpp([7], {"usnat": [NOT_OUT | {"TargetedAdvertisingOptOut": 1}]}), "none"),
    "gpp: America, nothing applicable": (gpp([7], {"usnat": [{"SaleOptOut": 0, "SharingOptOut": 0}]}), "none"),
    "gpp: America, words": (gpp([7], {"usnat": [{"SaleOptOut": "2"}]}), "none"),
    "gpp: America, a value nobody knows": (gpp([7], {"usnat": [{"SaleOptOut": 2, "SharingOptOut": 3}]}), "none"),
    "gpp: America, without choices": (gpp([7], {"usnat": [{"Version": 1}]}), "none"),
    "gpp: America, without notice": (gpp([7], {"usnat": [NOT_OUT | {"SaleOptOutNotice": 2}]}), "none"),
    "gpp: America, a child": (gpp([7], {"usnat": [NOT_OUT | {"KnownChildSensitiveDataConsents": [0, 1]}]}), "none"),
    "gpp: America, personal data refused": (gpp([7], {"usnat": [NOT_OUT | {"PersonalDataConsents": 1}]}), "none"),
    "gpp: California, privacy control": (gpp([8], {"usca": [{"SaleOptOut": 2}, {"Gpc": True}]}), "none"),
    "gpp: California, not out": (gpp([8], {"usca": [{"SaleOptOut": 2, "SharingOptOut": 2}, {"Gpc": False}]}), "full"),
    "gpp: Texas, by number": (gpp([16], {"16": [NOT_OUT]}), "full"),
    "gpp: another state than applies": (gpp([16], {"usca": [NOT_OUT]}), "none"),
    "gpp: privacy string, sale allowed": (gpp([6], {"uspv1": {"Notice": "Y", "OptOutSale": "N"}}), "full"),
    "gpp: privacy string, sale refused": (gpp([6], {"uspv1": {"Notice": "Y", "OptOutSale": "Y"}}), "none"),
    "gpp: privacy string, without notice": (gpp([6], {"uspv1": {"Notice": "N", "OptOutSale": "N"}}), "none"),
    # GPP, what applies
    "gpp: two apply and agree": (gpp([7, 8], {"usnat": [NOT_OUT], "usca": [NOT_OUT]}), "full"),
    "gpp: two apply and one refuses": (gpp([7, 8], {"usnat": [NOT_OUT], "usca": [{"SaleOptOut": 1}]}), "none"),
    "gpp: nothing applies": (gpp([-1], {"usnat": [NOT_OUT]}), "none"),
    "gpp: nought applies": (gpp([0], {"usnat": [NOT_OUT]}), "none"),
    "gpp: an empty list applies": (gpp([], {"usnat": [NOT_OUT]}), "none"),
    "gpp: not said what applies": (gpp(None, {"usnat": [NOT_OUT]}), "none"),
    "gpp: a section nobody knows": (gpp([99], {"99": [NOT_OUT]}), "none"),
    "gpp: words for what applies": (gpp(["7"], {"usnat": [NOT_OUT]}), "none"),
    "gpp: nothing parsed": (gpp([7], None), "none"),
    "gpp: a section that is a text": (gpp([7], {"usnat": "BVVqAAAAAAA.QA"}), "none"),
    "gpp: not ready": (gpp([7], {"usnat": [NOT_OUT]}, signalStatus="not ready"), "none"),
    # Both at once
    "both: TCF refuses": (told({}) + gpp([7], {"usnat": [NOT_OUT]}), "none"),
    "both: TCF grants, GPP refuses": (told(EVERY) + gpp([7], {"usnat": [{"SaleOptOut": 1}]}), "none"),
    "both: only GPP applies": (told({}, gdprApplies=False) + gpp([7], {"usnat": [NOT_OUT]}), "full"),
    "both: TCF throws, GPP grants": (
        "<script>window.__tcfapi = () => { throw Error('tool') };</script>" + gpp([7], {"usnat": [NOT_OUT]}),
        "full",
    ),
}


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_of_a_consent_tool(page: Page, press: Press, stub: Stub, name: str) -> None:
    tool, consent = ANSWERS[name]

    page.goto(press.article(head=tool + press.script("")))
    page.wait_for_function("keepopen.explain().then((told) => Boolean(told.sent))")
    wait_for(page, "none")
    page.wait_for_timeout(150)

    assert stub.decides[-1]["consent"] == consent
    assert page.evaluate("localStorage.length") == 0 or consent != "none"


def test_there_are_enough_answers() -> None:
    assert len(ANSWERS) >= 40
