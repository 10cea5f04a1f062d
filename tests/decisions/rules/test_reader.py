"""Rules about the reader and the visit."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.campaigns.campaign import Kind
from service.campaigns.gate import Gate, GateType
from service.campaigns.reader_rules import (
    AbandonedCheckout,
    Consent,
    Device,
    FirstSeen,
    Inclusion,
    JustContributed,
    ReaderRules,
    SupporterState,
)
from service.campaigns.site import ConsentPolicy, Site
from service.decisions.situation import Purpose
from service.money import Interval
from service.readers.reader import Reader, Support
from tests.decisions import make

HOUR = 3600


def blocked(rules: ReaderRules, who: Reader | None = None, site: Site | None = None, **about: Any) -> str | None:
    return make.blocked_by(make.compiled(make.campaign(reader=rules), site=site), who=who, **about)


def facts(rules: ReaderRules, site: Site | None = None, **visit: Any) -> str | None:
    return blocked(rules, site=site, visit=make.visit(**visit))


@pytest.mark.parametrize(
    ("country", "rules", "expected"),
    [
        ("IE", ReaderRules(countries_any=frozenset({"IE", "GB"})), None),
        ("US", ReaderRules(countries_any=frozenset({"IE", "GB"})), "country"),
        (None, ReaderRules(countries_any=frozenset({"IE"})), "country"),
        ("US", ReaderRules(countries_none=frozenset({"US"})), "country"),
        ("IE", ReaderRules(countries_none=frozenset({"US"})), None),
        (None, ReaderRules(countries_none=frozenset({"US"})), "country"),
        (None, ReaderRules(), None),
    ],
)
def test_countries_are_included_or_excluded(country: str | None, rules: ReaderRules, expected: str | None) -> None:
    assert facts(rules, country=country) == expected


@pytest.mark.parametrize(
    ("inclusion", "inside", "outside", "unknown"),
    [
        (Inclusion.EXCLUDE, "one_off_only_country", None, None),
        (Inclusion.INCLUDE, None, None, None),
        (Inclusion.ONLY, None, "one_off_only_country", "one_off_only_country"),
    ],
)
def test_countries_for_one_off_contributions_are_excluded_included_or_required(
    inclusion: Inclusion, inside: str | None, outside: str | None, unknown: str | None
) -> None:
    rules = ReaderRules(one_off_only_countries=inclusion)
    site = make.site(one_off_only_countries=frozenset({"TR"}))

    found = [facts(rules, site, country=country) for country in ("TR", "IE", None)]

    assert found == [inside, outside, unknown]


@pytest.mark.parametrize(
    ("devices", "device", "passes"),
    [
        ({Device.MOBILE}, Device.IOS, True),
        ({Device.MOBILE}, Device.ANDROID, True),
        ({Device.MOBILE}, Device.MOBILE, True),
        ({Device.MOBILE}, Device.DESKTOP, False),
        ({Device.MOBILE}, Device.TABLET, False),
        ({Device.IOS}, Device.ANDROID, False),
        ({Device.DESKTOP}, Device.DESKTOP, True),
    ],
)
def test_a_device_must_be_listed(devices: set[Device], device: Device, passes: bool) -> None:
    assert (facts(ReaderRules(devices=frozenset(devices)), device=device) is None) is passes


def test_a_reader_of_whom_nothing_is_known_is_signed_out() -> None:
    assert facts(ReaderRules(is_signed_in=False)) is None
    assert facts(ReaderRules(is_signed_in=True)) == "signed_in"
    assert facts(ReaderRules(is_signed_in=True), is_signed_in=True) is None


def test_consent_may_be_asked_for() -> None:
    rules = ReaderRules(consents=frozenset({Consent.FULL}))

    assert facts(rules) is None
    assert facts(rules, consent=Consent.METER) == "consent"


@pytest.mark.parametrize(
    ("host", "rules", "passes"),
    [
        ("news.google.com", ReaderRules(referrers_any=frozenset({"google.com"})), True),
        ("google.com", ReaderRules(referrers_any=frozenset({"google.com"})), True),
        ("notgoogle.com", ReaderRules(referrers_any=frozenset({"google.com"})), False),
        (None, ReaderRules(referrers_any=frozenset({"google.com"})), False),
        ("t.co", ReaderRules(referrers_none=frozenset({"t.co"})), False),
        (None, ReaderRules(referrers_none=frozenset({"t.co"})), True),
    ],
)
def test_a_referrer_matches_its_host_and_subdomains(host: str | None, rules: ReaderRules, passes: bool) -> None:
    assert (facts(rules, referrer_host=host) is None) is passes


@pytest.mark.parametrize(
    ("asked", "language", "passes"),
    [("en", "en-ie", True), ("en", "en", True), ("en-ie", "en-ie", True), ("en", "ga", False), ("en", None, False)],
)
def test_a_language_matches_its_regions(asked: str, language: str | None, passes: bool) -> None:
    assert (facts(ReaderRules(languages_any=frozenset({asked})), language=language) is None) is passes


@pytest.mark.parametrize(("age", "expected"), [(6, "first_seen"), (7, None), (14, None), (15, "first_seen")])
def test_the_age_of_a_history(age: int, expected: str | None) -> None:
    rules = ReaderRules(first_seen=FirstSeen(7, 14))
    reader = make.reader(first_seen_at=make.instant() - age * make.DAY)

    assert blocked(rules, reader) == expected


def test_the_age_of_a_history_says_when_it_is_reached() -> None:
    where = make.compiled(make.campaign(reader=ReaderRules(first_seen=FirstSeen(minimum_days=7))))

    assert make.trace(make.decided(where)).next_at == make.instant() + 7 * make.DAY


@pytest.mark.parametrize(
    ("age", "interval", "passes"),
    [
        (2 * HOUR - 1, Interval.MONTH, False),
        (2 * HOUR, Interval.MONTH, True),
        (3 * make.DAY - 1, Interval.MONTH, True),
        (3 * make.DAY, Interval.MONTH, False),
        (2 * HOUR, Interval.ONE_OFF, False),
    ],
)
def test_an_abandoned_checkout(age: int, interval: Interval, passes: bool) -> None:
    rule = AbandonedCheckout(within_days=3, after_hours=2, intervals=frozenset({Interval.MONTH}))
    support = Support(checkout_at=make.instant() - age, checkout_interval=interval)

    assert (blocked(ReaderRules(abandoned_checkout=rule), make.reader(support=support)) is None) is passes


def test_readers_without_an_abandoned_checkout() -> None:
    with_one = make.reader(support=Support(checkout_at=make.instant() - 5))

    assert blocked(ReaderRules(abandoned_checkout=AbandonedCheckout(has_one=False)), with_one) == "abandoned_checkout"
    assert blocked(ReaderRules(abandoned_checkout=AbandonedCheckout(has_one=False))) is None
    assert blocked(ReaderRules(abandoned_checkout=AbandonedCheckout())) == "abandoned_checkout"


@pytest.mark.parametrize(("age", "passes"), [(0, True), (3599, True), (3600, False)])
def test_a_contribution_just_made(age: int, passes: bool) -> None:
    rules = ReaderRules(just_contributed=JustContributed(60), supporters=frozenset({SupporterState.ONE_OFF}))
    support = Support(one_off_at=make.instant() - age)

    assert (blocked(rules, make.reader(support=support)) is None) is passes
    monthly = replace(rules, just_contributed=JustContributed(60, frozenset({Interval.MONTH})))
    assert blocked(monthly, make.reader(support=support)) == "just_contributed"


def test_audiences_that_did_not_answer_do_not_match() -> None:
    rules = ReaderRules(external_audiences_any=frozenset({"loyal"}))

    assert facts(rules, audiences=frozenset({"loyal", "x"})) is None
    assert facts(rules, audiences=frozenset()) == "audience"
    assert facts(rules, audiences=None) == "audience"


def test_the_suppressor_silences_only_suppressible_campaigns() -> None:
    assert facts(ReaderRules(is_suppressible=True), is_suppressed=True) == "suppressor"
    assert facts(ReaderRules(), is_suppressed=True) is None


@pytest.mark.parametrize("purpose", [Purpose.CRAWL, Purpose.PREFETCH])
def test_only_a_visit_is_asked(purpose: Purpose) -> None:
    assert facts(ReaderRules(), purpose=purpose) == "visit"


def test_the_sites_holdout_is_never_asked_unless_a_campaign_is_for_them() -> None:
    site = make.site(holdout_share=0.05)
    where = make.compiled(make.campaign(), site=site)
    only = make.compiled(make.campaign(reader=ReaderRules(holdout=Inclusion.ONLY)), site=site)
    readers = [make.reader(bucket=bucket) for bucket in range(0, 1_000_000, 499)]

    held = [reader for reader in readers if make.blocked_by(where, who=reader) == "holdout"]

    assert abs(len(held) / len(readers) - 0.05) < 0.01
    assert [make.blocked_by(only, who=reader) is None for reader in readers] == [reader in held for reader in readers]
    assert make.blocked_by(where, who=make.reader(bucket=None)) is None


def test_gates_are_open_to_the_holdout() -> None:
    gate = make.campaign("gate", kind=Kind.GATE, gate=Gate(GateType.PAYMENT))
    where = make.compiled(gate, site=make.site(holdout_share=1.0))

    assert make.decided(where).access.state == "open"


def test_without_consent_chance_decides_by_page_view_and_not_by_reader() -> None:
    where = make.compiled(make.campaign(), site=make.site(consent=ConsentPolicy(contextual_share=0.25)))
    about = {"has_reader": False, "visit": make.visit(consent=Consent.NONE)}

    shown = sum(
        make.blocked_by(where, view_id=f"v{n}", **about) is None  # type: ignore[arg-type]
        for n in range(2000)
    )

    assert 420 < shown < 580
    assert make.blocked_by(where) is None


def test_an_unknown_supporter_state_is_never_asked() -> None:
    asked = ReaderRules(supporters=frozenset(SupporterState))

    assert blocked(asked, supporter=SupporterState.UNKNOWN) == "supporter"


def test_a_history_begun_later_than_now_has_no_age() -> None:
    reader = make.reader(first_seen_at=make.instant(make.NOW + timedelta(days=3)))

    assert blocked(ReaderRules(first_seen=FirstSeen(maximum_days=0)), reader) is None
