"""The script element is present, once, as it was written, from this service and for the right site."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.widget.install.checks.policies import check_policies
from service.widget.install.checks.script import check_script
from service.widget.install.diagnosis import diagnose
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, Finding, Severity
from service.widget.install.page.source import read_source
from tests.widget.install.pages import EXPECTED, GOOD, PAGE, SCRIPT, SERVICE, advices, problems


def check(html: str, expected: Expected = EXPECTED, url: str = PAGE) -> list[Finding]:
    return list(check_script(read_source(url, html), expected))


def check_policy(policy: str, html: str = GOOD) -> list[Finding]:
    return list(check_policies(read_source(PAGE, html, (policy,)), EXPECTED))


def test_a_script_as_documented_is_fine() -> None:
    assert {finding.severity for finding in check(GOOD)} == {Severity.FINE}


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("", Code.SCRIPT_MISSING),
        (SCRIPT + SCRIPT, Code.SCRIPT_TWICE),
        (SCRIPT.replace("<script", '<script type="text/plain"'), Code.SCRIPT_HELD),
        (SCRIPT.replace("<script", '<script data-category="marketing" type="x/y"'), Code.SCRIPT_HELD),
        (SCRIPT.replace(" src=", " data-rocket-src="), Code.SCRIPT_REWRITTEN),
        (SCRIPT.replace("<script", '<script type="a1b2-text/javascript"'), Code.SCRIPT_REWRITTEN),
        (SCRIPT.replace("courier.example", "herald.example"), Code.WRONG_SERVICE),
        (SCRIPT.replace("https:", "http:"), Code.MIXED_CONTENT),
        (SCRIPT.replace('data-site="courier"', ""), Code.WRONG_SITE),
        (SCRIPT.replace("async", 'async integrity="sha384-x" crossorigin'), Code.INTEGRITY),
        (SCRIPT.replace("async", 'async data-consent="yes"'), Code.CONSENT_UNKNOWN),
        (SCRIPT.replace("widget.js", "widget/abc/loader.js").replace("async", 'integrity="x"'), Code.INTEGRITY),
    ],
)
def test_a_broken_script_element_is_a_problem_with_a_name(script: str, code: Code) -> None:
    assert problems(check(GOOD.replace(SCRIPT, script))) == [code]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (SCRIPT.replace("async", ""), Code.SCRIPT_NOT_ASYNC),
        (f"<script>const tag = '{SERVICE}/v1/widget.js'</script>", Code.SCRIPT_ADDED_LATE),
    ],
)
def test_a_script_that_could_load_better_is_advice(script: str, code: Code) -> None:
    found = check(GOOD.replace(SCRIPT, script))

    assert (problems(found), advices(found)) == ([], [code])


@pytest.mark.parametrize("origin", ["https://courier.example", "https://www.courier.example:8443"])
def test_every_part_of_an_origin_is_compared(origin: str) -> None:
    assert problems(check(GOOD, url=f"{origin}/news/tide")) == [Code.ORIGIN_NOT_LISTED]


def test_the_key_of_another_publication_is_reported_with_the_right_one() -> None:
    found = check(GOOD.replace('"courier"', '"herald"'))

    assert problems(found) == [Code.WRONG_SITE]
    assert any('data-site="courier"' in finding.remedy for finding in found)


def test_sites_that_could_not_be_loaded_are_advice() -> None:
    found = check(GOOD, replace(EXPECTED, origins=None))

    assert (problems(found), advices(found)) == ([], [Code.SITE_NOT_COMPARED])


def test_a_silenced_site_is_advice() -> None:
    assert advices(check(GOOD, replace(EXPECTED, silenced=frozenset({"courier"})))) == [Code.SWITCHED_OFF]


@pytest.mark.parametrize(
    "policy",
    [
        "script-src 'self'",
        f"script-src {SERVICE}/v1/widget.js",
        f"script-src {SERVICE}; connect-src 'self'",
        "default-src 'none'",
    ],
)
def test_a_policy_without_the_service_is_a_problem_that_names_the_host(policy: str) -> None:
    found = check_policy(policy)

    assert problems(found) == [Code.BLOCKED_BY_CSP]
    assert SERVICE in found[0].remedy


def test_a_policy_in_a_meta_tag_counts() -> None:
    meta = '<meta http-equiv="Content-Security-Policy" content="script-src &#39;self&#39;">'

    assert problems(check_policy("", GOOD.replace("<head>", f"<head>{meta}"))) == [Code.BLOCKED_BY_CSP]


def test_a_directive_that_stopped_the_widget_in_a_browser_is_a_problem() -> None:
    assert problems(check_policies(read_source(PAGE, GOOD), EXPECTED, ("connect-src",))) == [Code.BLOCKED_BY_CSP]


@given(st.text(alphabet="<>/!-\"'= scriptkeepomeahvlds1.wgjn:[]&#{}", max_size=200))
def test_any_text_is_accepted_as_a_page(text: str) -> None:
    for html in (text, f"<script src='{text} v1/widget'", f'<script src="//[{text}/v1/widget.js" data-site="{text}">'):
        assert diagnose(read_source(PAGE, html, (text,)), EXPECTED, None).findings
