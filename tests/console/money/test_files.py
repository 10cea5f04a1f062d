"""What a contribution's page, an explanation and the checklist of a month show is in files too, in full."""

import pytest

from service.console.screens.money import pages
from tests.console.money.world import Desk


def test_what_happened_and_what_was_booked_are_files(desk: Desk) -> None:
    page = desk.browser.get(desk.address).text

    happened = desk.json(desk.address, table="timeline")
    lines = desk.json(desk.address, table="entries")

    assert f'href="{desk.address}?format=csv&amp;table=entries"' in page
    assert happened == desk.json(desk.address)
    assert any("€25" in event["what"] for event in happened)
    assert {(line["account"], line["amount"], line["currency"]) for line in lines} >= {("4100", "-25.00", "EUR")}
    assert sum(round(100 * float(line["amount"])) for line in lines) == 0


def test_an_explanation_is_a_file_of_fields_lines_and_events(desk: Desk) -> None:
    address = f"/console/money/explain/{desk.contribution_id}"

    fields = desk.json(address)
    lines, events = (desk.json(address, table=table) for table in ("entries", "events"))

    assert {"kind": "charge", "field": "amount_minor", "value": "2500"}.items() <= next(
        field for field in fields if field["field"] == "amount_minor"
    ).items()
    assert lines == desk.json(desk.address, table="entries")
    assert any(event["type"].startswith("charge.") for event in events)


def test_a_page_has_few_objects_in_full_and_leads_to_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_OBJECTS", 1)

    page = desk.browser.get(f"/console/money/explain/{desk.contribution_id}").text

    assert page.count("<details") == 1
    assert "1 more: <a href=" in page


def test_the_checklist_is_a_file(desk: Desk) -> None:
    steps = desk.json("/console/close")
    figures = desk.json("/console/close", table="figures", through="2026-11-30")

    assert [step["step"] for step in steps][:2] == ["The period is over", "Stripe was read to the end"]
    assert [(row["currency"], row["contributions"]) for row in figures] == [("EUR", "25.00")]
    for table in ("exceptions", "closings"):
        assert desk.json("/console/close", table=table) == []
    assert desk.json("/console/close/items") == []
    assert desk.json("/console/close/items", table="waiting-entries") == []
    assert desk.browser.get("/console/close?format=csv&table=unknown").status_code == 404


def test_sessions_are_files(desk: Desk) -> None:
    assert [row["browser"] for row in desk.json("/console/me")] == ["Firefox on Linux"]
    assert desk.json("/console/me", table="passkeys") == []
