"""A wrong campaign document is refused with the name of the field and what to do about it."""

from typing import Any

import pytest

from service.campaigns.documents import load_campaign
from service.errors import InvalidDocumentError
from tests.campaigns.make import campaign_document, variant_document


def problems_of(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidDocumentError) as caught:
        load_campaign(campaign_document(**changes))
    return caught.value.problems


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "Autumn!"}, "key: must be 1 to 63 lower-case letters"),
        ({"kind": "popup"}, "kind: must be one of epic, banner, gate"),
        ({"share": 1.5}, "share: must be from 0 to 1"),
        ({"share": "1"}, "share: must be a number"),
        ({"share": float("nan")}, "share: must be a number"),
        ({"share": float("inf")}, "share: must be a number"),
        ({"share": 10**400}, "share: must be a number"),
        ({"share": True}, "share: must be a number"),
        ({"priority": -1}, "priority: must be from 0 to"),
        ({"priority": 1.0}, "priority: must be a whole number"),
        ({"is_paused": "no"}, "is_paused: must be true or false"),
        ({"share": None}, "share: is empty; give it a value or leave it out"),
        ({"meter": {}}, "meter: is only for kind: gate; remove it"),
        ({"schedule": {"starts": "2026-02-30"}}, "schedule, starts: must be a day (2026-11-30)"),
        ({"schedule": {"starts": "2026-09-01T09:00:00Z"}}, "on the site's own clock"),
        ({"schedule": {"ends": "9999-12-31"}}, "schedule, ends: must be in the years 1971 to 2199; leave it out"),
        ({"cool_off": {"show_again": {"at": "0001-01-01T00:00:00Z"}}}, "at: must be in the years 1971 to 2199"),
        ({"schedule": {"hours": "09:00-09:00"}}, "starts and ends at the same minute"),
        ({"schedule": {"hours": "25:00-26:00"}}, "must be a time of day"),
        ({"schedule": {"hours": "24:00-06:00"}}, "must be a time of day"),
        ({"schedule": {"weekdays": []}}, "is an empty list; list something"),
        ({"schedule": {"weekdays": ["freitag"]}}, "must be one of mon, tue"),
        ({"page": {"sections": {"all": ["x"]}}}, "page, sections, all: is not a field here"),
        ({"page": {"sections": {"any": [""]}}}, "page, sections, any 1: must be text of 1 to 200"),
        ({"page": {"tags": ["x"] * 501}}, "page, tags: must be a list of 1 to 500"),
        ({"reader": {"countries": ["Ireland!"]}}, "must be a country code such as IE"),
        ({"reader": {"article_count": {}}}, "has no limit; say at least how many, at most how many, or both"),
        ({"reader": {"article_count": {"min": 1, "weeks": 1, "days": 1}}}, "days: cannot be combined with weeks"),
        ({"reader": {"article_count": {"min": 1, "days": 1, "topics": ["x"]}}}, "days: cannot be combined with topics"),
        ({"reader": {"article_count": {"min": 1, "days": 0}}}, "days: must be from 1 to 91"),
        ({"reader": {"supporter": "donors"}}, "must be one of non_supporters, supporters, everyone"),
        ({"reader": {"supporter": "unknown"}}, "must be one of non_supporters"),
        ({"reader": {"referrers": ["https://x.example/"]}}, "must be a host name"),
        ({"frequency": {"caps": {"days": 30}}}, "frequency, caps, impressions: is missing"),
        ({"frequency": {"gap": {}}}, "frequency, gap: has no length; give days, hours or minutes"),
        ({"frequency": {"cycle": {"impressions": 1}}}, "cycle: has no rest; give rest_days or rest_hours"),
        ({"frequency": {"every_nth_view": 0}}, "every_nth_view: must be from 1 to"),
        ({"cool_off": {"after_dismissal": {"days": 1, "hours": 1}}}, "hours: cannot be combined with days"),
        ({"cool_off": {"show_again": {"at": "2026-11-01T09:00"}}}, "must be an instant with an offset"),
        ({"experiment": {"hold_out": 0.1}}, "did you mean holdout?"),
        ({"variants": []}, "variants: must be a list of 1 to 20"),
        ({"variants": [variant_document(), variant_document()]}, "variants: two variants have the same key"),
        ({"variants": [variant_document(copy={})]}, "copy: is empty; give the words in at least one language"),
        ({"variants": [variant_document(copy={"english": {}})]}, "must be a language such as en"),
        ({"variants": [variant_document(design={"accent": "teal"})]}, "must be a colour"),
        ({"variants": [variant_document(weight=-1)]}, "weight: must be from 0 to"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_the_name_of_the_field(changes: dict[str, Any], words: str) -> None:
    assert words in "\n".join(problems_of(**changes))


@pytest.mark.parametrize(
    ("intervals", "words"),
    [
        ({}, "must have at least one interval"),
        ({"one_off": {"EUR": {"amounts": [5], "amounts_minor": [500]}}}, "not both"),
        ({"one_off": {"EUR": {}}}, "must have either amounts"),
        ({"one_off": {"EUR": [10, 5]}}, "EUR: amounts must be in rising order"),
        ({"one_off": {"EUR": {"amounts": [5, 10], "default": 7}}}, "EUR: the default must be one of the amounts"),
        ({"one_off": {"EUR": [1.005]}}, "EUR has 2 decimal places"),
        ({"one_off": {"JPY": ["5.5"]}}, "JPY has 0 decimal places"),
        ({"one_off": {"EUR": [0]}}, "the amount is out of range"),
        ({"one_off": {"EUR": [-5]}}, "write the amount in digits"),
        ({"one_off": {"EUR": ["5 €"]}}, "write the amount in digits"),
        ({"one_off": {"EURO": [5]}}, "must be a currency code of three letters"),
        ({"weekly": {"EUR": [5]}}, "must be one of one_off, month, year"),
        ({"one_off": {"EUR": [5]}, "month": {"USD": [5]}}, "default_interval: one_off has no amounts in USD"),
    ],
)
def test_amounts_that_make_no_sense_are_refused(intervals: dict[str, Any], words: str) -> None:
    assert words in "\n".join(problems_of(variants=[variant_document(ask={"intervals": intervals})]))


def test_a_misspelt_placeholder_is_refused_with_the_right_name() -> None:
    words = {"heading": "You read {artcle_count}", "button": "Give"}

    problems = problems_of(variants=[variant_document(copy={"en": words})])

    assert "{artcle_count} is not a placeholder; did you mean article_count?" in problems[0]


def test_a_hard_gate_cannot_become_mandatory_nor_be_dismissed() -> None:
    gate = {"kind": "gate", "placement": "over_article"}

    assert (
        "mandatory_after: is only for a soft gate"
        in problems_of(**gate, gate={"mandatory_after": {"dismissals": 1}})[0]
    )
    assert "contradicts gate" in problems_of(**gate, is_dismissible=True)[0]


def test_only_a_rolling_period_has_days() -> None:
    gate = {"kind": "gate", "placement": "over_article"}

    rolling = problems_of(**gate, meter={"anonymous": {"allowance": 5, "period": "rolling"}})
    monthly = problems_of(**gate, meter={"anonymous": {"allowance": 5, "period": "month", "days": 30}})

    assert rolling == ("meter, anonymous, days: is missing; give the length of the rolling period",)
    assert monthly == ("meter, anonymous, days: is only for period: rolling; remove it",)
