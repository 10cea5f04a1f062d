"""Finance sees what came in, opens each figure down to the event behind it, and finds contributions."""

import pytest

from service.staff.people import Role
from tests.console.money.world import Desk, words_on
from tests.contributions.world import MARY
from tests.staff.signed_in import signed_in


def test_the_figures_of_the_days_are_those_of_the_ledger(desk: Desk) -> None:
    rows = desk.json("/console/money")

    assert [(row["figure"], row["eur"]) for row in rows] == [
        ("Contributions received", "25.00"),
        ("Fees", "-0.63"),
        ("Refunds", "0.00"),
        ("Disputes", "0.00"),
        ("Net", "24.37"),
    ]
    page = desk.text("/console/money")
    assert "€25.00" in page
    assert "−€0.63" in page


def test_a_figure_leads_to_its_entries_and_these_to_the_event(desk: Desk) -> None:
    [entry] = desk.json("/console/money/entries/gross")
    page = desk.text("/console/money/explain/" + str(entry["entry"]))
    [(event_id,)] = desk.newsroom.rows("SELECT id FROM stripe_events WHERE type = 'charge.succeeded'")
    event = desk.text(f"/console/money/events/{event_id}")

    assert (entry["amount"], entry["contribution_id"]) == ("25.00", desk.contribution_id)
    assert "Balance transaction txn_" in page
    assert "amount captured €25.00" in page
    assert "5100 Payment processing fees €0.63" in page
    assert event_id in page
    assert MARY in event


def test_days_without_money_say_so(desk: Desk) -> None:
    page = desk.text("/console/money", **{"from": "2020-01-01", "to": "2020-01-31"})

    assert "No money moved on these days." in page
    assert desk.browser.get("/console/money/entries/nothing").status_code == 404


@pytest.mark.parametrize("typed", [MARY, "byrne", "25", "€25", "mary 25", "Byrne €25", ""])
def test_a_contribution_is_found(desk: Desk, typed: str) -> None:
    rows = desk.json("/console/money/contributions", q=typed)

    assert [(row["contribution_id"], row["supporter"]) for row in rows] == [(desk.contribution_id, "Mary Byrne")]


def test_an_id_leads_to_the_contribution(desk: Desk) -> None:
    [(charge_id,)] = desk.newsroom.rows("SELECT id FROM charges")

    answer = desk.browser.get("/console/money/contributions", query_string={"q": charge_id})

    assert answer.location == desk.address


def test_a_contribution_tells_its_story(desk: Desk) -> None:
    page = desk.text(desk.address)

    assert "What happened to the contribution of Mary Byrne?" in page
    assert "Payment of €25 by Visa card ending in 4242. Stripe's fee was €0.63." in page
    assert "18 Nov 2026 10:30" in page
    assert "Refund…" in page
    assert "4100 Contributions one-off €25.00" in page


def test_failed_payments_are_counted(desk: Desk) -> None:
    desk.newsroom.stripe.pay(desk.newsroom.checkout(amount="7").json["checkout_url"], "4000 0000 0000 0002")
    desk.newsroom.settle_after(minutes=1)

    [row] = desk.json("/console/money/failed")

    assert (row["amount"], row["outcome"]) == ("7.00", "lost")
    sums = "1 payment failed (€7.00): €0.00 came back, €0.00 is tried again, €7.00 did not come back."
    assert sums in desk.text("/console/money")


def test_a_viewer_sees_figures_without_names(desk: Desk) -> None:
    viewer = signed_in(desk.newsroom.client.application, Role.VIEWER, name="Vic")

    found = viewer.get("/console/money/contributions?format=json").get_json()["rows"]
    page = words_on(viewer.get(desk.address))

    assert [row["supporter"] for row in found] == [None]
    assert (
        viewer.get("/console/money/contributions", query_string={"q": MARY, "format": "json"}).get_json()["rows"] == []
    )
    assert "Mary" not in page
    assert "Refund…" not in page
    assert viewer.get(f"{desk.address}/refund").status_code == 403
    assert viewer.get("/console/money/events/evt_1").status_code == 403


def test_another_site_is_not_found(desk: Desk) -> None:
    other = signed_in(desk.newsroom.client.application, Role.FINANCE, name="Otto", sites=frozenset({"herald"}))
    [(charge_id,)] = desk.newsroom.rows("SELECT id FROM charges")
    [(event_id,)] = desk.newsroom.rows("SELECT id FROM stripe_events WHERE type = 'charge.succeeded'")

    assert other.get(desk.address).status_code == 404
    assert other.get(f"/console/money/explain/{charge_id}").status_code == 404
    assert other.get(f"/console/money/events/{event_id}").status_code == 404
    assert other.get("/console/money/contributions?format=json&site=courier").get_json()["rows"] == []
    assert other.get("/console/money?format=json").get_json()["rows"] == []


MARKUP = "\"'><script>alert(1)</script>{{7*7}}"


def test_text_of_stripe_is_no_markup_on_any_page(desk: Desk) -> None:
    with desk.newsroom.services.engine.begin() as connection:
        change = (
            "UPDATE contributions SET contributor_name = %(text)s, contributor_email = %(text)s, campaign = %(text)s"
        )
        connection.exec_driver_sql(change, {"text": MARKUP})
        connection.exec_driver_sql("UPDATE charges SET campaign = %(text)s", {"text": MARKUP})
    [(charge_id,)] = desk.newsroom.rows("SELECT id FROM charges")
    pages = (
        desk.address,
        f"{desk.address}/refund",
        f"{desk.address}/refund?amount=5",
        f"{desk.address}/mail",
        f"/console/money/explain/{charge_id}",
        "/console/money/entries/gross",
        "/console/money/campaigns",
        "/console/money/contributions",
        f"/console/supporters/{desk.contribution_id}",
        f"/console/supporters?q={desk.contribution_id}",
    )

    shown = {page: desk.browser.get(page).text for page in pages}

    assert [page for page, text in shown.items() if "<script>alert" in text] == []
    assert [page for page, text in shown.items() if "&lt;script&gt;alert(1)" not in text] == []


def test_campaigns_add_up_to_the_figures(desk: Desk) -> None:
    campaigned = {row["campaign"]: row for row in desk.json("/console/money/campaigns")}
    through_none = desk.json("/console/money/entries/gross", campaign="nope")

    assert campaigned["no campaign"]["net"] == campaigned["All"]["net"] == "24.37"
    assert through_none == []
    assert desk.json("/console/money", campaign="nope") == []
