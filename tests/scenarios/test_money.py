"""Money of every kind, reported in any order, twice, or by no webhook: books and files agree with Stripe."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from service.reconciliation.refresh import sweep
from service.settings import Settings
from tests.scenarios import contribution_events, money_events, subscription_events
from tests.scenarios.agreement import by_currency, check_agreement, closing_balances, export
from tests.scenarios.objects import DAY, event
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

WAYS = ("as sent", "reversed, one by one", "half of them twice, shuffled", "sync", "backfill")


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Settings with the accounting timezone of the test's parameter, if it has one."""
    return replace(settings, accounting_timezone=getattr(request, "param", settings.accounting_timezone))


def deliver(stage: Stage, events: list[Json], way: str) -> None:
    """Report events to the service in one of the WAYS."""
    stage.clock.advance(days=9)
    if way == "sync":
        stage.run("sync", "--from", "2026-10-01")
        return
    if way == "backfill":
        stage.stripe.put(*events)
        stage.stripe.page_size = 7
        stage.run("backfill")
        stage.run("worker", "--drain")
        stage.run("sync")
        return
    delivered = events[::-1] if way.startswith("reversed") else list(events)
    if way.startswith("half"):
        delivered += events[::2]
        random.Random(11).shuffle(delivered)
    stage.deliver(delivered, drain_each=way.startswith("reversed"))
    stage.run("sync")


def an_account_of_many_currencies(stage: Stage) -> list[Json]:
    """Create euros, yen and dinars, some settled in euros and refunded at other rates, and fees without an event."""
    stripe, at = stage.stripe, stage.at
    events = money_events.paid(stripe, 1, 1000, at, fee=45)
    events += money_events.paid(stripe, 2, 5000, at, currency="jpy", fee=180)
    events += money_events.paid(stripe, 3, 5120, at, 1530, currency="kwd", settlement="eur", fee=61)
    events += money_events.paid(stripe, 4, 12_340, at, currency="kwd", fee=470)
    events += money_events.refunded(stripe, "ch_m3", 2000, at + DAY, 611)
    events += money_events.refunded(stripe, "ch_m3", 3120, at + 2 * DAY, 902)
    events += money_events.refunded(stripe, "ch_m2", 1, at + DAY)
    events += money_events.refunded(stripe, "ch_m4", 10, at + DAY)
    events += money_events.paid_out(stripe, "po_eur", at + 3 * DAY)
    events += money_events.paid_out(stripe, "po_jpy", at + 3 * DAY, "jpy")
    events += money_events.paid_out(stripe, "po_kwd", at + 3 * DAY, "kwd")
    later = at + 4 * DAY
    for id_, category, amount in (
        ("txn_fee", "fee", -250),
        ("txn_fee_back", "fee", 30),
        ("txn_network", "network_cost", -12),
        ("txn_tax", "tax", -7),
        ("txn_top", "topup", 5000),
        ("txn_top_back", "topup_reversal", -1000),
        ("txn_hold", "payout_minimum_balance_hold", -400),
        ("txn_release", "payout_minimum_balance_release", 400),
        ("txn_to", "transfer", -300),
        ("txn_from", "transfer_reversal", 300),
    ):
        money_events.transaction(stripe, id_, category, amount, None, later)
    events += money_events.paid_out_instantly(stripe, "po_now", 2000, 20, later)
    return events


def a_debit_of_the_bank(stage: Stage) -> list[Json]:
    """Create a dispute of more than the balance holds; Stripe debits the bank, which returns the first debit."""
    stripe, at = stage.stripe, stage.at
    events = contribution_events.one_off_paid(stripe, stage.checkout(), at)
    events += money_events.paid_out(stripe, "po_1", at + DAY)
    events += contribution_events.disputed(stripe, stripe.objects["ch_1"], at + 2 * DAY)
    events += money_events.paid_out(stripe, "po_2", at + 3 * DAY)
    debit = stripe.objects["po_2"]
    assert debit["amount"] == -3000
    back = money_events.transaction(stripe, "txn_po_2_back", "payout_reversal", debit["amount"], "po_2", at + 4 * DAY)
    debit |= {"status": "failed", "failure_balance_transaction": back}
    events += [event("payout.failed", debit, at + 4 * DAY)]
    events += money_events.paid_out(stripe, "po_3", at + 5 * DAY)
    events += contribution_events.dispute_ends(stripe, at + 6 * DAY, is_won=False)
    return events


@pytest.mark.parametrize("way", WAYS)
def test_an_account_of_many_currencies(stage: Stage, way: str) -> None:
    deliver(stage, an_account_of_many_currencies(stage), way)

    check_agreement(stage)
    closing = closing_balances(stage)
    assert closing["4100", "EUR"] == -2530
    assert closing["4200", "EUR"] == 1530
    assert closing["5300", "EUR"] == 611 + 902 - 1530
    assert closing["5110", "EUR"] == 250 - 30 + 12 + 20
    assert closing["1210", "JPY"] == 5000 - 180 - 1
    assert closing["1210", "KWD"] == 12_340 - 470 - 10
    assert ("9900", "EUR") not in closing


@pytest.mark.parametrize("way", WAYS)
def test_a_debit_of_the_bank_that_the_bank_returns(stage: Stage, way: str) -> None:
    events = a_debit_of_the_bank(stage)

    deliver(stage, events, way)

    assert stage.stripe.objects["po_3"]["amount"] == -3000
    check_agreement(stage)
    assert closing_balances(stage)["1210", "EUR"] == 965 - 3000
    assert closing_balances(stage)["4300", "EUR"] == 1000


def october(stage: Stage, number: str) -> dict[str, str]:
    """Return the files of October as of a number."""
    month = ("--from", "2026-10-01", "--to", "2026-10-31", "--as-of", number)
    return {name: stage.run("export", name, *month) for name in ("contributions", "refunds", "disputes", "journal")}


@pytest.mark.parametrize("is_delivered", [True, False])
def test_what_happens_after_a_month_is_closed_is_dated_to_the_next(stage: Stage, is_delivered: bool) -> None:
    """A charge of last month is refunded, a lost dispute is won on appeal, and a charge is reported too late."""
    stripe, now = stage.stripe, stage.clock()
    stage.clock.now = datetime(2026, 10, 5, 12, tzinfo=UTC)
    events = [*money_events.paid(stripe, 1, 1000, stage.at, fee=45)]
    events += contribution_events.one_off_paid(stripe, stage.checkout(), stage.at)
    events += contribution_events.disputed(stripe, stripe.objects["ch_1"], stage.at + DAY)
    events += contribution_events.dispute_ends(stripe, stage.at + 9 * DAY, is_won=False)
    stage.clock.advance(days=20)
    stage.deliver(events)
    began_at = stage.at - 15 * DAY
    stage.clock.now = now
    stage.run("sync")
    stage.run("ledger", "close", "2026-10-31")
    late = money_events.paid(stripe, 2, 700, began_at, fee=30)
    ((number,),) = stage.rows("SELECT max(seq)::text FROM record_changes")
    before = october(stage, number)

    events = late + money_events.refunded(stripe, "ch_m1", 400, stage.at - DAY)
    events += contribution_events.dispute_ends(stripe, stage.at - DAY, is_won=True)
    stage.stripe.put(*events)
    if is_delivered:
        stage.deliver(events[::-1])
    stage.run("sync", "--from", "2026-10-01")
    stage.run("backfill")
    stage.run("worker", "--drain")

    assert october(stage, number) == before
    check_agreement(stage)
    moved_in = stage.rows("""
        SELECT reason, accounting_date::text, (effective_at AT TIME ZONE 'Europe/Dublin')::date::text
        FROM ledger_entries WHERE accounting_date > '2026-10-31' ORDER BY 1, 2
    """)
    assert moved_in == [
        ("charge", "2026-11-01", "2026-10-10"),
        ("dispute_closed", "2026-11-17", "2026-11-17"),
        ("dispute_returned", "2026-11-17", "2026-11-17"),
        ("refund", "2026-11-17", "2026-11-17"),
    ]
    assert closing_balances(stage).get(("4300", "EUR"), 0) == 0
    assert closing_balances(stage).get(("1300", "EUR"), 0) == 0


@pytest.mark.parametrize(
    ("settings", "change", "hours"),
    [
        ("Pacific/Auckland", datetime(2026, 9, 27, tzinfo=UTC), 23),
        ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC), 25),
        ("America/New_York", datetime(2026, 3, 8, tzinfo=UTC), 23),
    ],
    indirect=["settings"],
)
def test_every_payment_is_in_one_day_around_a_change_of_clocks(stage: Stage, change: datetime, hours: int) -> None:
    """There is a payment every hour for four days, and one payout that spans the change carries them all."""
    stripe, zone = stage.stripe, stage.services.settings.accounting_zone
    now = stage.clock()
    first = int((change - timedelta(days=2)).timestamp())
    for number in range(4 * 24):
        money_events.paid(stripe, number, 100 + number, first + 3600 * number, fee=5)
    days: Counter[str] = Counter()
    for charge in stripe.of_kind("charge"):
        days[datetime.fromtimestamp(charge["created"], zone).date().isoformat()] += charge["amount"]
    stage.clock.now = datetime.fromtimestamp(first + 5 * DAY, UTC)
    paid = money_events.paid_out(stripe, "po_1", stage.at)
    stage.clock.now = now
    if hours == 25:  # only the payout is reported, so its lines arrive before the charges that they belong to
        stage.send(*paid)
        sweep(stage.services)
    stage.run("sync")

    check_agreement(stage)
    for day, amount in days.items():
        rows = export(stage, "contributions", "--from", day, "--to", day)
        assert by_currency(rows, "gross") == {"EUR": amount}, day
        assert {row["accounting_date"] for row in rows} == {day}
        closing = export(stage, "trial_balance", "--from", day, "--to", day)
        (income,) = [row for row in closing if row["account_code"] == "4100"]
        assert Decimal(income["credits"]).scaleb(2) == amount
    changed = change.date().isoformat()
    assert len(export(stage, "contributions", "--from", changed, "--to", changed)) == hours
    lines = export(stage, "payout_lines")
    assert len(lines) == 4 * 24
    assert len({row["balance_transaction_id"] for row in lines}) == 4 * 24


def a_subscription_with_every_kind_of_invoice(stage: Stage) -> list[Json]:
    """Create an upgrade with its proration, then invoices that are paid from credit in part and in full, by a coupon,
    and outside Stripe."""
    stripe, at = stage.stripe, stage.at
    events = subscription_events.subscribed(stripe, stage.checkout("month"), at)
    subscription = stripe.objects["sub_1"]
    subscription["items"]["data"][0]["price"] = {**subscription["items"]["data"][0]["price"], "unit_amount": 2500}
    prorated = subscription_events.bill(stripe, "in_2", at + DAY, total=730, reason="subscription_update")
    events += subscription_events.paid_by_card(stripe, prorated, at + DAY)
    events += [event("customer.subscription.updated", subscription, at + DAY)]
    for number, changes in enumerate(
        (
            {"amount_due": 1400, "starting_balance": -1100},
            {"amount_due": 0, "starting_balance": -2500},
            {"total": 0, "amount_due": 0},
            {"amount_paid_off_stripe": 2500},
        ),
        start=3,
    ):
        billed = subscription_events.bill(stripe, f"in_{number}", at + number * DAY, total=2500)
        billed |= changes
        if number == 3:
            events += subscription_events.paid_by_card(stripe, billed, at + number * DAY, 1400)
            billed["amount_paid"] = 1400
        else:
            subscription_events.mark_paid(billed, at + number * DAY)
            billed |= {"amount_paid": 0}
            events += [event("invoice.paid", billed, at + number * DAY)]
    return events


@pytest.mark.parametrize("way", WAYS)
def test_a_subscription_with_every_kind_of_invoice(stage: Stage, way: str) -> None:
    events = a_subscription_with_every_kind_of_invoice(stage)

    deliver(stage, events, way)

    assert stage.contributions == [("active", 1000 + 730 + 1400, 0, 3, None)]
    check_agreement(stage)
    assert closing_balances(stage)["4110", "EUR"] == -(1000 + 730 + 1400)
    (row,) = export(stage, "subscriptions")
    assert (row["amount"], row["lifetime_paid"]) == ("25.00", "31.30")
    if way != "sync":  # only events report what moved no money
        listed = {row["ids"]: row["amount"] for row in export(stage, "exceptions")}
        assert listed == {"in_4 sub_1": "25.00", "in_5 sub_1": "0.00", "in_6 sub_1": "25.00"}


def a_charge_captured_in_part(stage: Stage) -> list[Json]:
    """Create a charge of another system that held 10.00 and captured 6.00; Stripe refunds the rest by itself."""
    stripe, at = stage.stripe, stage.at
    money_events.paid(stripe, 1, 1000, at, fee=30)
    made = stripe.objects["ch_m1"]
    made |= {"amount_captured": 600, "metadata": {}}
    stripe.objects["pi_m1"] |= {"amount_received": 600, "metadata": {}}
    events = money_events.refunded(stripe, "ch_m1", 400, at)
    stripe.objects["txn_re_ch_m1_0"] |= {"reporting_category": "partial_capture_reversal", "type": "refund"}
    return [event("charge.captured", made, at), *events]


@pytest.mark.parametrize("way", WAYS)
def test_the_uncaptured_part_of_a_charge_goes_to_suspense(stage: Stage, way: str) -> None:
    deliver(stage, a_charge_captured_in_part(stage), way)

    assert stage.balances == {"1100": 570, "4900": -1000, "5100": 30, "9900": 400}
    stage.run("rebuild")
    assert stage.balances["9900"] == 400
