"""Invariants that hold more than the ledger together: contributions with their facts, files with their accounts."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from service.ledger.invariants.check import Check
from service.ledger.post_due import post_in_batches
from service.money import Interval
from service.reconciliation.checking import check_books, check_everything
from service.reconciliation.consequences_store import record
from service.services import Services
from service.stripe_facts.record_store import StoredFact
from tests.conftest import SettableClock
from tests.ledger import make

LIVES = "contributions are what their facts say"


@pytest.fixture
def kept(services: Services) -> Services:
    """A payment, taken and refunded in part, through the door every fact comes in by."""
    keep(
        services,
        replace(make.charge(bt="txn_1", refunded=400), is_livemode=False, is_captured=True),
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5),
        make.refund(amount=400, bt="txn_2"),
        make.transaction("txn_2", "refund", -400, "re_1", hours=2),
    )
    return services


def keep(services: Services, *facts: StoredFact) -> None:
    with services.engine.begin() as connection:
        record(connection, facts, services.clock())
    post_in_batches(services.engine, services.settings.accounting_zone, services.clock())


def checks(services: Services, newest: int | None = None) -> dict[str, Check]:
    return {check.name: check for check in check_everything(services, None, newest)}


def test_all_is_green_after_a_payment_and_its_refund(kept: Services) -> None:
    found = checks(kept)

    assert not [check for check in found.values() if not check.is_green]
    assert found["contributions sum to their accounts"].detail == (
        "EUR ledger 10.00, contributions.csv 10.00, difference 0.00"
    )
    assert found["refunds sum to their accounts"].detail == "EUR ledger 4.00, refunds.csv 4.00, difference 0.00"
    assert found["fees sum to their accounts"].detail == "EUR ledger 0.55, fees.csv 0.55, difference 0.00"
    assert found[LIVES].detail == "no life differs from its facts"


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ("state = 'refunded'", "1: ctb_1 state refunded, facts say complete"),
        ("paid_minor = 999", "1: ctb_1 paid_minor 999, facts say 1000"),
        ("refunded_minor = 0", "1: ctb_1 refunded_minor 0, facts say 400"),
        ("dispute_status = 'lost'", "1: ctb_1 dispute_status lost, facts say none"),
    ],
)
def test_a_contribution_that_is_not_what_its_facts_say_is_named(kept: Services, change: str, detail: str) -> None:
    with kept.engine.begin() as connection:
        connection.execute(text(f"UPDATE contributions SET {change}"))

    assert checks(kept)[LIVES].detail == detail
    assert checks(kept, newest=1)[LIVES].detail == detail
    assert checks(kept, newest=0)[LIVES].is_green


def test_a_file_that_lost_a_cent_is_named(kept: Services) -> None:
    with kept.engine.begin() as connection:
        connection.execute(
            text("UPDATE balance_transactions SET amount_minor = 999, fee_minor = 54 WHERE id = 'txn_1'")
        )

    found = checks(kept)

    assert found["contributions sum to their accounts"].detail == (
        "EUR ledger 10.00, contributions.csv 9.99, difference 0.01"
    )
    assert found["fees sum to their accounts"].detail == "EUR ledger 0.55, fees.csv 0.54, difference 0.01"


def test_a_receipt_recognised_later_and_a_charge_that_failed_agree_too(
    services: Services, clock: SettableClock
) -> None:
    strange = replace(make.charge(interval=None, bt="txn_1"), is_livemode=False)
    keep(services, strange, make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    assert not [check for check in checks(services).values() if not check.is_green]

    clock.advance(days=3)
    keep(services, replace(strange, contribution=make.mark(Interval.MONTH)))
    assert not [check for check in checks(services).values() if not check.is_green]

    keep(
        services,
        replace(strange, contribution=make.mark(Interval.MONTH), status="failed", failure_balance_transaction_id="t_f"),
        make.transaction("t_f", "charge_failure", -1000, "ch_1", hours=50),
    )
    assert not [check for check in checks(services).values() if not check.is_green]


def test_the_hourly_look_keeps_these_too_for_the_metrics(app: Flask, app_services: Services) -> None:
    check_books(app_services)

    shown = app.test_client().get("/metrics").text

    assert f'keepopen_ledger_check{{name="{LIVES}",number="8"}} 1.0' in shown
    assert 'keepopen_ledger_check{name="refunds sum to their accounts",number="10"} 1.0' in shown
