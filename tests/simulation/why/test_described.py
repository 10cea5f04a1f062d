"""A person describes a page view and its reader in fields, and every field that cannot be read is named."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.campaign import Kind
from service.campaigns.gate import Allowance, Gate, GateType, Meter, Period
from service.campaigns.page_rules import PageAccess, PageType
from service.campaigns.reader_rules import Consent, Device
from service.simulation.simulation import StartState
from service.simulation.why.described import DEFAULTS, DescriptionError, described
from service.simulation.why.explanation import Question, explain
from tests.decisions import make

NOW = datetime(2026, 11, 18, 10, 30)  # noqa: DTZ001 on the site's clock
GATE = make.campaign(
    "members",
    kind=Kind.GATE,
    gate=Gate(GateType.PAYMENT),
    meter=Meter(anonymous=Allowance(5, Period.MONTH)),
)
LIVE = {"autumn": make.campaign(), "members": GATE}


def question(**fields: str) -> Question:
    return described(fields, "tide", LIVE, NOW)


def errors(**fields: str) -> dict[str, str]:
    with pytest.raises(DescriptionError) as error:
        question(**fields)
    return dict(error.value.fields)


def test_without_fields_it_is_an_article_now_and_a_reader_of_five_others() -> None:
    found = question()

    assert found.view.at == NOW
    assert found.view.view.site == "tide"
    assert found.view.view.page.page_type is PageType.ARTICLE
    assert [read.day for read in found.reader.articles] == [
        date(2026, 10, 26), date(2026, 11, 1), date(2026, 11, 6), date(2026, 11, 12), date(2026, 11, 17),
    ]  # fmt: skip
    assert (found.reader.consent, found.reader.device) == (Consent.FULL, Device.DESKTOP)


def test_every_field_reaches_the_question() -> None:
    found = question(
        page_id="/a", page_type="liveblog", section="Culture", tags="books, Film", access="locked",
        flags="is_sensitive,hide_appeals", at="2026-11-20T18:00", articles="2", topics="books",
        asked_campaign="autumn", asked_times="3", asked_at="2026-11-16T09:00", closed_at="2026-11-16T09:01",
        supporter="one_off", supporter_since="2026-11-01", country="ie", consent="meter", signed_in="1",
        device="ios", language="ga", referrer="https://search.example/", bucket="7",
    )  # fmt: skip
    page, reader = found.view.view.page, found.reader

    assert found.view.at == datetime(2026, 11, 20, 18)  # noqa: DTZ001
    assert (page.page_id, page.page_type, page.section, page.access) == (
        "/a", PageType.LIVEBLOG, "culture", PageAccess.LOCKED,
    )  # fmt: skip
    assert page.tags == {"books", "film"}
    assert (page.is_sensitive, page.is_paid_content, page.hides_appeals) == (True, False, True)
    assert [at.day for at in reader.impressions[0].at] == [16, 15, 14]
    assert reader.dismissals[0].at == (datetime(2026, 11, 16, 9, 1),)  # noqa: DTZ001
    assert reader.articles[0].topics == ("books",)
    assert (reader.supporter.state, reader.supporter.at) == (StartState.ONE_OFF, datetime(2026, 11, 1))  # noqa: DTZ001
    assert (reader.country, reader.consent, reader.is_signed_in) == ("IE", Consent.METER, True)
    assert (reader.device, reader.language, reader.bucket) == (Device.IOS, "ga", 7)


def test_articles_read_before_are_spent_from_the_meter() -> None:
    found = explain(make.compiled(GATE), question(articles="5"))

    assert (found.access.used, found.access.allowance) == (5, 5)  # four in this month, and this one


def test_fields_that_cannot_be_read_are_all_named() -> None:
    found = errors(at="soon", country="Ireland", articles="many", asked_campaign="spring", device="fridge")

    assert set(found) == {"at", "country", "articles", "asked_campaign", "device"}
    assert found["country"] == "This must be a country code of two letters, such as IE."
    assert found["articles"] == "Write a whole number from 0 to 500."


def test_a_closed_appeal_needs_a_campaign_and_a_seen_one_a_time() -> None:
    assert errors(closed_at="2026-11-16T09:01") == {"asked_campaign": "Choose what the reader closed."}
    assert errors(asked_campaign="autumn") == {"asked_at": "Write when the reader saw it."}


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), st.text(max_size=30)))
def test_any_text_is_a_question_or_an_error_that_names_a_field(fields: dict[str, str]) -> None:
    named: dict[str, str] = {}
    sentence = ""
    try:
        sentence = explain(make.compiled(*LIVE.values()), described(fields, "tide", LIVE, NOW)).sentence
    except DescriptionError as error:
        named = dict(error.fields)

    assert bool(sentence) is not bool(named)
    assert set(named) <= set(DEFAULTS)
    assert all(words.endswith(".") for words in (sentence, *named.values()) if words)
