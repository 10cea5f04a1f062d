"""The check of all books: contributions agree with their facts, and export files with their accounts."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from service.ledger.invariants.check import Check
from service.ledger.post_due import post_in_batches
from service.money import Interval
from service.reconciliation.checking import check_everything
from service.reconciliation.consequences import save_facts
from service.services import Services
from service.stripe_facts.record_store import StoredFact
from tests.conftest import SettableClock
from tests.ledger import make

CONTRIBUTIONS_CHECK = "contributions are what their facts say"


@pytest.fixture
def paid_services(services: Services) -> Services:
    """Services with a payment that was refunded in part, saved as every fact is."""
    save_and_post(
        services,
        replace(make.charge(bt="txn_1", refunded=400), is_livemode=False, is_captured=True),
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5),
        make.refund(amount=400, bt="txn_2"),
        make.transaction("txn_2", "refund", -400, "re_1", hours=2),
    )
    return services


def save_and_post(services: Services, *facts: StoredFact) -> None:
    with services.engine.begin() as connection:
        save_facts(connection, facts, services.clock())
    post_in_batches(services.engine, services.settings.accounting_zone, services.clock())


def checks(services: Services, newest: int | None = None) -> dict[str, Check]:
    return {check.name: check for check in check_everything(services, None, newest)}


def test_every_check_is_green_after_a_payment_and_a_refund(paid_services: Services) -> None:
    found = checks(paid_services)

    assert not [check for check in found.values() if not check.is_green]
    assert found["contributions sum to their accounts"].detail == (
        "EUR ledger 10.00, contributions.csv 10.00, difference 0.00"
    )
    assert found["refunds sum to their accounts"].detail == "EUR ledger 4.00, refunds.csv 4.00, difference 0.00"
    assert found["fees sum to their accounts"].detail == "EUR ledger 0.55, fees.csv 0.55, difference 0.00"
    assert found[CONTRIBUTIONS_CHECK].detail == "no contribution differs from its facts"


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ("state = 'refunded'", "1: ctb_1 state refunded, facts say complete"),
        ("paid_minor = 999", "1: ctb_1 paid_minor 999, facts say 1000"),
        ("refunded_minor = 0", "1: ctb_1 refunded_minor 0, facts say 400"),
        ("dispute_status = 'lost'", "1: ctb_1 dispute_status lost, facts say none"),
    ],
)
def test_a_contribution_that_differs_from_its_facts_is_named(paid_services: Services, change: str, detail: str) -> None:
    with paid_services.engine.begin() as connection:
        connection.execute(text(f"UPDATE contributions SET {change}"))

    assert checks(paid_services)[CONTRIBUTIONS_CHECK].detail == detail
    assert checks(paid_services, newest=1)[CONTRIBUTIONS_CHECK].detail == detail
    assert checks(paid_services, newest=0)[CONTRIBUTIONS_CHECK].is_green


def test_an_export_file_that_differs_by_a_cent_is_named(paid_services: Services) -> None:
    with paid_services.engine.begin() as connection:
        connection.execute(
            text("UPDATE balance_transactions SET amount_minor = 999, fee_minor = 54 WHERE id = 'txn_1'")
        )

    found = checks(paid_services)

    assert found["contributions sum to their accounts"].detail == (
        "EUR ledger 10.00, contributions.csv 9.99, difference 0.01"
    )
    assert found["fees sum to their accounts"].detail == "EUR ledger 0.55, fees.csv 0.54, difference 0.01"


def test_checks_are_green_for_a_charge_recognised_later_and_for_one_that_failed(
    services: Services, clock: SettableClock
) -> None:
    charge = replace(make.charge(interval=None, bt="txn_1"), is_livemode=False)
    save_and_post(services, charge, make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    assert not [check for check in checks(services).values() if not check.is_green]

    clock.advance(days=3)
    save_and_post(services, replace(charge, contribution=make.mark(Interval.MONTH)))
    assert not [check for check in checks(services).values() if not check.is_green]

    save_and_post(
        services,
        replace(
            charge, contribution=make.mark(Interval.MONTH), status="failed", failure_balance_transaction_id="txn_2"
        ),
        make.transaction("txn_2", "charge_failure", -1000, "ch_1", hours=50),
    )
    assert not [check for check in checks(services).values() if not check.is_green]
