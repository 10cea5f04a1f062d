"""What is wrong with a page, told from its text alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.widget.install.diagnosis import diagnose
from service.widget.install.examine_source import examine_locality
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, InstallSeverity
from service.widget.install.locality import Locality
from service.widget.install.source import read_source
from tests.widget.install.pages import DATA, EXPECTED, GOOD, PAGE, PLACE, SCRIPT, SERVICE, advised, serious


def problems(html: str, *policies: str, expected: Expected = EXPECTED, url: str = PAGE) -> list[Code]:
    return serious(diagnose(read_source(url, html, policies), expected, None))


def advices(html: str, expected: Expected = EXPECTED) -> list[Code]:
    return advised(diagnose(read_source(PAGE, html), expected, None))


def script(text: str) -> str:
    """The good page with another script."""
    return GOOD.replace(SCRIPT, text)


def test_a_page_as_documented_has_nothing_wrong_but_that_no_browser_looked() -> None:
    found = diagnose(read_source(PAGE, GOOD, ("script-src https:; connect-src https:",)), EXPECTED, None)

    assert serious(found) == []
    assert advised(found) == [Code.NO_BROWSER]
    assert sum(finding.severity is InstallSeverity.FINE for finding in found) == 5


@pytest.mark.parametrize(
    ("html", "code"),
    [
        (script(""), Code.SCRIPT_MISSING),
        (script(SCRIPT + SCRIPT), Code.SCRIPT_TWICE),
        (script(SCRIPT.replace("<script", '<script type="text/plain"')), Code.SCRIPT_HELD),
        (script(SCRIPT.replace("<script", '<script data-category="marketing" type="x/y"')), Code.SCRIPT_HELD),
        (script(SCRIPT.replace(" src=", " data-rocket-src=")), Code.SCRIPT_REWRITTEN),
        (script(SCRIPT.replace("<script", '<script type="a1b2-text/javascript"')), Code.SCRIPT_REWRITTEN),
        (script(SCRIPT.replace("courier.example", "herald.example")), Code.WRONG_SERVICE),
        (script(SCRIPT.replace("https:", "http:")), Code.MIXED_CONTENT),
        (script(SCRIPT.replace('data-site="courier"', "")), Code.WRONG_SITE),
        (script(SCRIPT.replace("async", 'async integrity="sha384-x" crossorigin')), Code.INTEGRITY),
        (script(SCRIPT.replace("async", 'async data-consent="yes"')), Code.CONSENT_UNKNOWN),
        (script(SCRIPT.replace("widget.js", "widget/abc/loader.js").replace("async", 'integrity="x"')), Code.INTEGRITY),
        (GOOD.replace("article_end", "article_bottom"), Code.PLACE_UNKNOWN),
    ],
)
def test_a_broken_page_has_one_problem_with_a_name(html: str, code: Code) -> None:
    assert [found for found in problems(html) if found is not Code.THIRD_PARTY_COOKIE] == [code]


@pytest.mark.parametrize(
    ("html", "code"),
    [
        (script(SCRIPT.replace("async", "")), Code.SCRIPT_NOT_ASYNC),
        (script(f"<script>const tag = '{SERVICE}/v1/widget.js'</script>"), Code.SCRIPT_ADDED_LATE),
        (GOOD.replace("keep-open", "div"), Code.PLACE_MISSING),
        (GOOD.replace("/support/", "/about/").replace("<a", "<b"), Code.LINK_MISSING),
        (GOOD.replace("articleSection", "x"), Code.FACTS_MISSING),
        (GOOD.replace(DATA, DATA + DATA.replace('{"@type"', '{{"@type"')), Code.FACTS_UNREADABLE),
        (GOOD.replace('"keywords"', '"isAccessibleForFree": false, "keywords"'), Code.GATED_PART_MISSING),
    ],
)
def test_what_could_be_better_is_advised(html: str, code: Code) -> None:
    assert problems(html) == []
    assert advices(html) == [code, Code.NO_BROWSER]


def test_a_page_that_says_nothing_of_itself_is_a_problem() -> None:
    assert problems(GOOD.replace(DATA, "").replace(PLACE, "")) == [Code.FACTS_MISSING]


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
    found = diagnose(read_source(PAGE, GOOD, (policy,)), EXPECTED, None)

    assert serious(found) == [Code.BLOCKED_BY_CSP]
    assert SERVICE in found[0].remedy


def test_a_policy_in_a_meta_tag_counts() -> None:
    meta = '<meta http-equiv="Content-Security-Policy" content="script-src &#39;self&#39;">'

    assert problems(GOOD.replace("<head>", f"<head>{meta}")) == [Code.BLOCKED_BY_CSP]


def test_an_origin_is_compared_to_the_letter() -> None:
    assert problems(GOOD, url="https://courier.example/news/tide") == [Code.ORIGIN_NOT_LISTED]
    assert problems(GOOD, url="https://www.courier.example:8443/news/tide") == [Code.ORIGIN_NOT_LISTED]


def test_another_publications_key_is_named_with_the_right_one() -> None:
    found = diagnose(read_source(PAGE, GOOD.replace('"courier"', '"herald"')), EXPECTED, None)

    assert serious(found) == [Code.WRONG_SITE]
    assert 'data-site="courier"' in found[0].remedy


def test_sites_that_could_not_be_loaded_are_not_held_against_the_page() -> None:
    unknown = replace(EXPECTED, origins=None)

    assert problems(GOOD, expected=unknown) == []
    assert Code.SITE_NOT_COMPARED in advices(GOOD, unknown)


def test_silence_is_said() -> None:
    assert Code.SWITCHED_OFF in advices(GOOD, replace(EXPECTED, silenced=frozenset({"courier"})))


def test_what_the_deployment_costs_in_safari_is_said() -> None:
    near, far = ("192.0.2.1", "192.0.2.2"), ("192.0.2.1", "198.51.100.1")
    found = [
        examine_locality(Locality.CROSS_SITE, False, near),
        examine_locality(Locality.CROSS_SITE, True, near),
        examine_locality(Locality.SAME_SITE, False, far),
        examine_locality(Locality.SAME_ORIGIN, True, near),
        examine_locality(Locality.SAME_SITE, False, near),
        examine_locality(Locality.SAME_ORIGIN, False, far),
    ]

    assert [finding.code for finding in found] == [
        Code.THIRD_PARTY_COOKIE,
        Code.THIRD_PARTY_STORAGE,
        Code.SAFARI_SEVEN_DAYS,
        Code.LOCAL_NEEDLESS,
        Code.LOOKS_RIGHT,
        Code.LOOKS_RIGHT,
    ]
    assert all("Safari" in finding.what + finding.remedy for finding in found)


@given(st.text(alphabet="<>/!-\"'= scriptkeepomeahvlds1.wgjn:[]&#{}", max_size=200))
def test_any_text_is_survived(text: str) -> None:
    for html in (text, f"<script src='{text} v1/widget'", f'<script src="//[{text}/v1/widget.js" data-site="{text}">'):
        assert diagnose(read_source(PAGE, html, (text,)), EXPECTED, None)
