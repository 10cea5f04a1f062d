"""A site document has sensible defaults, and wrong values are refused."""

from datetime import date
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from service.campaigns.campaign import Kind, Placement
from service.campaigns.documents import load_site
from service.campaigns.frequency import Cap, Counting, Gap
from service.campaigns.page_rules import PageMatch
from service.campaigns.reader_rules import Consent
from service.campaigns.schedule import Hours
from service.campaigns.site import Switches
from service.errors import InvalidDocumentError
from service.money import Interval
from tests.campaigns.make import site, site_document
from tests.readers.assertions import EC, ED, NAMELESS_CURVES, RSA, WEAK_RSA, public

PUBLIC_KEY = public(ED)


def test_a_small_site_has_sensible_defaults() -> None:
    found = site()

    assert found.languages == ("en",)
    assert found.default_language == "en"
    assert found.consent.default is Consent.NONE
    assert found.holdout_share == 0
    assert found.silence_after_closing_seconds == 3600
    assert found.supporters.one_off_days == 90
    assert found.assertion.keys == ()
    assert found.switches == Switches()
    assert not found.honours_country
    limit = found.limit("EUR", Interval.MONTH)
    assert limit is not None
    assert (limit.minimum_minor, limit.maximum_minor) == (100, 200_000)
    euro = found.ask.in_currency("EUR")
    assert euro is not None
    assert [interval_ask.amounts_minor for interval_ask in euro.intervals] == [(500, 1000, 2500)] * 3


def test_every_currency_of_the_site_has_limits_and_an_ask() -> None:
    found = site(currencies={"GB": "GBP", "jp": "JPY"})

    assert found.currency_in("GB") == "GBP"
    assert found.currency_in("JP") == "JPY"
    assert found.currency_in("FR") == "EUR"
    assert found.currency_in(None) == "EUR"
    yen = found.limit("JPY", Interval.ONE_OFF)
    assert yen is not None
    assert yen.minimum_minor == 100
    assert {ask.currency for ask in found.ask.currencies} == {"EUR", "GBP", "JPY"}


def test_every_field_of_a_site_is_loaded() -> None:
    found = site(
        languages=["en", "GA"],
        default_language="ga",
        amount_limits={"EUR": {"month": {"min": "2.50", "max": 100}}},
        one_off_only_countries=["in"],
        country_groups={"islands": ["IE", "gb"]},
        consent={"default": "meter", "contextual_share": 0.5},
        sensitive={"tags": ["Inquest"], "until": "2026-11-20 18:00", "suspends_gates": False},
        exclusions=[{"sections": ["Help"], "starts_on": "2026-01-01", "ends_on": "2026-12-31", "reason": "election"}],
        holdout={"share": 0.05, "seed": "2026"},
        attention={"prompts_per_view": 1},
        frequency={"caps": {"impressions": 10, "days": 7}, "gap": {"hours": 4}},
        silence_after_closing_minutes=0,
        quiet_hours=["22:00-07:00"],
        supporters={"one_off_days": 0, "lapsed_months": 12, "past_due_days": 14},
        reader_assertion={
            "audience": "keepopen", "keys": {"key_id": "k1", "algorithm": "EdDSA", "public_key": PUBLIC_KEY},
        },
        crawlers={"sees_articles": False},
        audience_service={"url": "https://audience.example/ask"},
        switches={"is_paused": True, "placements": ["article_top"], "kinds": ["gate"]},
    )  # fmt: skip

    assert found.default_language == "ga"
    limit = found.limit("EUR", Interval.MONTH)
    assert limit is not None
    assert (limit.minimum_minor, limit.maximum_minor) == (250, 10_000)
    assert found.one_off_only_countries == {"IN"}
    assert found.country_groups["islands"] == {"IE", "GB"}
    assert found.sensitivity.pages == PageMatch(tags=frozenset({"inquest"}))
    assert found.exclusions[0].starts_on == date(2026, 1, 1)
    assert (found.holdout_share, found.holdout_seed) == (0.05, "2026")
    assert found.attention.overlays_per_view == 1
    assert found.frequency.caps == (Cap(10, 7, Counting.ALL),)
    assert found.frequency.gap == Gap(4 * 3600, Counting.ALL)
    assert found.silence_after_closing_seconds == 0
    assert found.quiet_hours == (Hours(1320, 420),)
    assert found.supporters.one_off_days == 0
    assert found.assertion.keys[0].key_id == "k1"
    assert found.audience_service is not None
    assert found.switches == Switches(True, frozenset({Placement.ARTICLE_TOP}), frozenset({Kind.GATE}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"timezone": "Dublin"}, "timezone: must be a timezone such as Europe/Dublin"),
        ({"currency": "EURO"}, "currency: must be a currency code of three letters"),
        ({"origins": ["https://courier.example/news"]}, "must be scheme and host only: https://courier.example"),
        ({"origins": ["courier.example"]}, "must be a web address starting with http"),
        ({"origins": ["https://a:b@courier.example"]}, "must be a web address"),
        ({"origins": ["https://courier.example:99999"]}, "must be a web address"),
        ({"origins": [5]}, "must be a web address"),
        ({"home_url": "javascript:alert(1)"}, "must be a web address"),
        ({"default_language": "ga"}, "default_language: must be one of languages"),
        ({"country_groups": {"uk": ["GB"]}}, "uk looks like a country"),
        ({"exclusions": {"ends_on": "9999-12-31"}}, "ends_on: must be in the years 1971 to 2199"),
        (
            {"amount_limits": {"EUR": {"month": {"min": 5, "max": 1}}}},
            "amount_limits, EUR, month: max is less than min",
        ),
        ({"amount_limits": {"EUR": {"month": {"min": "1.005", "max": 9}}}}, "EUR has 2 decimal places"),
        ({"exclusions": [{"starts_on": "2026-02-01", "ends_on": "2026-01-01"}]}, "ends_on: is before starts_on"),
        ({"attention": {"overlays_per_view": 2}}, "must be from 0 to 1"),
        ({"audience_service": {"url": "http://audience.example"}}, "starting with https://"),
        ({"reader_assertion": {"audience": "x"}}, "reader_assertion, keys: is missing"),
        ({"quiet_hours": ["22:00-22:00"]}, "starts and ends at the same minute"),
        ({"holdout": {"share": 2}}, "holdout, share: must be from 0 to 1"),
        ({"switches": {"placements": ["top"]}}, "must be one of article_top"),
        ({"timezon": "x"}, "did you mean timezone?"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_the_field(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        load_site(site_document(**changes))

    assert words in "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"algorithm": "HS256"}, "must be one of ES256, RS256, EdDSA"),
        ({"public_key": "-----BEGIN PRIVATE KEY-----"}, "is a private key"),
        ({"public_key": "abc"}, "must be a PEM public key"),
        ({"public_key": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"}, "cannot be read"),
        ({"algorithm": "ES256"}, "cannot be read as the key of ES256, a public key on the curve P-256"),
        ({"algorithm": "ES256", "public_key": public(RSA)}, "cannot be read as the key of ES256"),
        ({"algorithm": "ES256", "public_key": public(ECKey.generate_key("P-384"))}, "does not suit ES256"),
        ({"algorithm": "ES256", "public_key": public(ECKey.generate_key("secp256k1"))}, "does not suit ES256"),
        ({"algorithm": "RS256", "public_key": public(EC)}, "cannot be read as the key of RS256"),
        ({"algorithm": "RS256", "public_key": WEAK_RSA}, "a public RSA key of at least 2048 bits"),
        ({"public_key": public(EC)}, "cannot be read as the key of EdDSA"),
        ({"public_key": public(OKPKey.generate_key("X25519"))}, "does not suit EdDSA"),
        ({"public_key": 2 * PUBLIC_KEY}, "has several keys"),
        *(
            ({"algorithm": "ES256", "public_key": nameless}, "cannot be read as the key of ES256")
            for nameless in NAMELESS_CURVES
        ),
    ],
)
def test_only_public_keys_with_known_algorithms_are_accepted(changes: dict[str, str], words: str) -> None:
    key = {"key_id": "k1", "algorithm": "EdDSA", "public_key": PUBLIC_KEY} | changes

    with pytest.raises(InvalidDocumentError, match=words):
        site(reader_assertion={"audience": "keepopen", "keys": [key]})


@pytest.mark.parametrize(
    ("privacy", "page_ids"),
    [
        ("https://www.courier.example/Privacy/", {"/contact", "/privacy"}),
        ("https://courier.example/priobh%C3%A1ideachas", {"/contact", "/priobháideachas"}),
        ("https://law.example/courier", {"/contact"}),
        ("https://courier.example/", {"/contact"}),
    ],
)
def test_contact_and_privacy_pages_on_the_sites_own_hosts_are_excluded(privacy: str, page_ids: set[str]) -> None:
    hosts = {"home_url": "https://courier.example/", "origins": ["https://www.courier.example"]}
    found = site(contact_url="https://courier.example/contact", privacy_url=privacy, **hosts)

    [exclusion] = found.exclusions

    assert exclusion.pages == PageMatch(page_ids=frozenset(page_ids))
    assert site(privacy_url=None, **hosts).exclusions == ()
