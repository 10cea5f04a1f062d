"""`recurring_below`: campaigns for recurring supporters whose contribution is less than an amount a month."""

import json
from typing import Any

import pytest

from service.errors import InvalidDocumentError
from tests.simulation.running import simulate_text

BELOW_TEN = {
    "key": "more",
    "reader": {"supporter": ["recurring", "past_due"], "recurring_below": {"EUR": 10, "JPY": 1500}},
}


def asked(reader: dict[str, Any], *events: dict[str, Any], campaign: dict[str, Any] | None = None) -> dict[str, Any]:
    steps = [*({"at": "2026-11-18 09:00", **event} for event in events), {"at": "2026-11-18 10:00", "view": {}}]
    return simulate_text(json.dumps({"campaigns": campaign or BELOW_TEN, "reader": reader, "steps": steps}))[-1]


def recurring(**changes: Any) -> dict[str, Any]:
    return {"supporter": {"state": "recurring", "at": "2026-01-01", **changes}}


@pytest.mark.parametrize(
    ("reader", "is_asked"),
    [
        pytest.param(*row[1:], id=row[0])
        for row in [
            ("less", recurring(amount=5), True),
            ("a cent less", recurring(amount="9.99"), True),
            ("exactly the amount", recurring(amount=10), False),
            ("more", recurring(amount_minor=1001), False),
            ("minor units", recurring(amount_minor=999), True),
            ("a year that is less a month", recurring(amount="119.99", interval="year"), True),
            ("a year that is as much a month", recurring(amount=120, interval="year"), False),
            ("another listed currency", recurring(amount=1499, currency="JPY"), True),
            ("enough in that currency", recurring(amount=1500, currency="jpy"), False),
            ("a currency that is not listed", recurring(amount=5, currency="USD"), False),
            ("an unknown amount", recurring(), False),
            ("an amount that is none", recurring(amount="five"), False),
            ("past due", {"supporter": {"state": "past_due", "at": "2026-11-01", "amount": 5}}, True),
            ("cancelled", {"supporter": {"state": "cancelled", "paid_until": "2027-01-01", "amount": 5}}, False),
            ("lapsed", {"supporter": {"state": "lapsed", "at": "2026-11-01", "amount": 5}}, False),
            ("one-off", {"supporter": {"state": "one_off", "at": "2026-11-01", "amount": 5}}, False),
            ("nobody", {}, False),
            ("a past contribution", {"contributions": {"at": "2026-10-01", "interval": "month", "amount": 5}}, True),
        ]
    ],
)
def test_the_amount_a_month_decides(reader: dict[str, Any], is_asked: bool) -> None:
    assert asked(reader)["shown"] == (["more"] if is_asked else [])


def test_a_contribution_on_the_way_changes_the_answer() -> None:
    monthly = {"event": "contributed", "interval": "month"}

    assert asked({}, {**monthly, "amount": 5})["shown"] == ["more"]
    assert asked({}, {**monthly, "amount": 5}, {**monthly, "amount": 12})["shown"] == []
    assert asked({}, {**monthly, "amount": 5}, {"event": "contributed", "amount": 50})["shown"] == ["more"]


def test_without_consent_nothing_is_known_so_nothing_is_asked() -> None:
    assert asked({**recurring(amount=5), "consent": "none"})["shown"] == []


def test_the_trace_says_what_was_compared() -> None:
    rules = {entry["rule"]: entry for entry in asked(recurring(amount=60, interval="year"))["trace"][0]["rules"]}

    found = rules["recurring_below"]
    assert (found["passed"], found["value"], found["limit"]) == (True, 500.0, 1000)
    assert found["note"] == "minor units of EUR a month"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"EURO": 5}, "three letters"),
        ({"EUR": "5.001"}, "decimal places"),
        ({"EUR": 0}, "out of range"),
        ({}, "is empty"),
        (10, "mapping"),
    ],
)
def test_amounts_that_cannot_be_read_name_the_field(written: Any, words: str) -> None:
    with pytest.raises(InvalidDocumentError, match="recurring_below") as error:
        asked({}, campaign={"key": "more", "reader": {"recurring_below": written}})

    assert words in str(error.value)
