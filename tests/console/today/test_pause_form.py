"""The form of a pause knows its end on the site's clock, and names the field that cannot be meant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.console.screens.today.pause_form import PauseEnd, PauseForm, end_choices, end_of, form_of

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
DUBLIN, NEW_YORK = ZoneInfo("Europe/Dublin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("form", "ends_at"),
    [
        (PauseForm(), datetime(2026, 11, 18, 12, 30, tzinfo=UTC)),
        (PauseForm(end=PauseEnd.TOMORROW), datetime(2026, 11, 19, 11, tzinfo=UTC)),
        (PauseForm(end=PauseEnd.TOMORROW_NOON), datetime(2026, 11, 19, 17, tzinfo=UTC)),
        (PauseForm(end=PauseEnd.OPEN), None),
        (PauseForm(end=PauseEnd.AT, at="2026-11-19T12:00"), datetime(2026, 11, 19, 17, tzinfo=UTC)),
        (PauseForm(end=PauseEnd.OPEN, at="2026-11-19T12:00"), datetime(2026, 11, 19, 17, tzinfo=UTC)),
    ],
    ids=["two hours", "tomorrow morning", "tomorrow noon", "until ended", "a time", "a typed time wins"],
)
def test_the_end_is_on_the_clock_of_the_site(form: PauseForm, ends_at: datetime | None) -> None:
    assert end_of(form, NOW, NEW_YORK) == (ends_at, {})


def test_tomorrow_morning_is_at_six_after_the_clocks_have_changed() -> None:
    before = datetime(2026, 3, 28, 20, tzinfo=UTC)

    assert end_of(PauseForm(end=PauseEnd.TOMORROW), before, DUBLIN) == (datetime(2026, 3, 29, 5, tzinfo=UTC), {})


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (PauseForm(end=PauseEnd.AT), "at", "Type the day and time"),
        (PauseForm(end=PauseEnd.AT, at="soon"), "at", "Type the day and time"),
        (PauseForm(at="2026-11-18T10:30"), "at", "is over"),
        (PauseForm(at="2027-11-20T10:30"), "at", "over a year away"),
        (PauseForm(at="0001-01-01T00:00"), "at", "on the site’s clock"),
        (PauseForm(at="9999-12-31T23:59"), "at", "on the site’s clock"),
        (PauseForm(at="2026-11-19T12:00Z"), "at", "on the site’s clock"),
        (PauseForm(end="never"), "end", "Choose when"),
        (PauseForm(reason="x" * 501), "reason", "501 characters"),
    ],
)
def test_an_end_that_cannot_be_meant_is_named(form: PauseForm, field: str, words: str) -> None:
    errors = end_of(form, NOW, DUBLIN)[1]

    assert list(errors) == [field]
    assert words in errors[field]


def test_the_choices_name_their_times() -> None:
    assert [words for _, words in end_choices(NOW, DUBLIN)] == [
        "For 2 hours, until today 12:30",
        "Until tomorrow 06:00",
        "Until tomorrow 12:00",
        "Until the time below",
        "Until a person ends it",
    ]


def test_a_box_that_is_not_sent_is_not_ticked() -> None:
    assert form_of({}) == PauseForm(opens_gates=False)
    assert form_of({"reason": " a sad day ", "opens_gates": "1", "everywhere": "1", "end": "open"}) == PauseForm(
        "a sad day", "open", "", opens_gates=True, everywhere=True
    )
