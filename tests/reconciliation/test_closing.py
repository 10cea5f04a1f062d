"""Closing needs a complete pull from after the last day, green checks, and says what is missing and how to get it."""

from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text

from service.contributions.rebuild import rebuild_contributions
from service.errors import StripeUnavailableError
from service.exports.records_store import RECORDS_LOCK
from service.exports.request import BusyBooksError
from service.ledger.closings.closing import ClosingWish
from service.ledger.periods import PeriodError
from service.reconciliation import pull
from service.reconciliation.closing import close_books
from service.reconciliation.consequences import save_facts
from service.reconciliation.refresh import drain
from tests.contributions.world import Newsroom
from tests.ledger import make

TODAY = date(2026, 11, 18)  # the day on which the clock of the tests starts


def ledger(newsroom: Newsroom, *arguments: str, status: int = 0) -> str:
    result = FlaskCliRunner(newsroom.client.application).invoke(args=["ledger", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def refusal(newsroom: Newsroom, through: date = TODAY, *accepted: str, why: str | None = None) -> str:
    with pytest.raises(PeriodError) as caught:
        close_books(newsroom.services, ClosingWish(through, "Nora", accepted, why))
    return str(caught.value)


@pytest.fixture
def paid(newsroom: Newsroom) -> Newsroom:
    """A contribution of the day before today, without a pull since."""
    newsroom.give(amount="25")
    newsroom.settle_after(minutes=1)
    newsroom.clock.advance(days=1)
    return newsroom


def test_closing_is_refused_until_a_complete_pull_began_after_the_last_day(paid: Newsroom) -> None:
    assert "no complete pull from Stripe began after 2026-11-18 had ended" in refusal(paid)

    pull.sync(paid.services)
    closing, figures = close_books(paid.services, ClosingWish(TODAY, "Nora"))

    assert closing.closed_through == TODAY
    assert (figures.first_day, figures.entry_count) == (TODAY, 1)


def test_contributions_that_nobody_reported_cannot_slip_into_the_next_day(newsroom: Newsroom) -> None:
    """The worker stops after a pull, and later contributions of that day reach us only with the next pull."""
    pull.sync(newsroom.services)
    newsroom.stripe.receiver = None
    for _ in range(3):
        newsroom.give(amount="40")
    newsroom.stripe.deliver()
    newsroom.clock.advance(days=1)
    assert "the last one began at 2026-11-18 10:30 UTC" in refusal(newsroom)

    pull.sync(newsroom.services)
    drain(newsroom.services)
    close_books(newsroom.services, ClosingWish(TODAY, "Nora"))

    days = newsroom.rows("SELECT DISTINCT accounting_date FROM ledger_entries")
    assert days == [(TODAY,)]


def test_a_pull_that_stops_half_way_does_not_count(paid: Newsroom) -> None:
    paid.stripe.app.faults.add({"kind": "server_error", "path": "/v1/payouts", "times": 50})
    with pytest.raises(StripeUnavailableError):
        pull.sync(paid.services)
    paid.stripe.app.faults.clear()

    assert "no complete pull from Stripe began after 2026-11-18 had ended, at 2026-11-19 00:00 UTC" in refusal(paid)


def test_a_pull_from_a_day_after_the_last_complete_pull_does_not_count(paid: Newsroom) -> None:
    pull.sync(paid.services)
    paid.clock.advance(days=5)

    pull.sync(paid.services, paid.clock())

    assert "no complete pull" in refusal(paid, date(2026, 11, 22))


def test_stripe_must_answer_for_its_balance(paid: Newsroom) -> None:
    pull.sync(paid.services)
    paid.stripe.app.faults.add({"kind": "server_error", "path": "/v1/balance", "times": 50})

    refused = refusal(paid)

    assert "Stripe's own balance could not be compared" in refused
    assert refused.endswith("try again")


def test_money_that_arrives_while_the_books_are_closed_is_pulled(paid: Newsroom) -> None:
    pull.sync(paid.services)
    paid.stripe.receiver = None
    paid.give(amount="40")
    paid.clock.advance(minutes=1)
    paid.stripe.deliver()

    close_books(paid.services, ClosingWish(TODAY, "Nora"))

    assert paid.rows("SELECT accounting_date FROM ledger_entries ORDER BY seq") == [(TODAY,), (date(2026, 11, 19),)]


def test_books_that_never_rest_are_not_closed(paid: Newsroom) -> None:
    pull.sync(paid.services)

    with paid.services.engine.begin() as writer:
        writer.execute(select(func.pg_advisory_xact_lock_shared(RECORDS_LOCK)))
        with pytest.raises(BusyBooksError, match="changing too fast to be closed"):
            close_books(paid.services, ClosingWish(TODAY, "Nora"))

    assert paid.rows("SELECT count(*) FROM ledger_closings") == [(0,)]
    close_books(paid.services, ClosingWish(TODAY, "Nora"))


def test_a_red_check_is_named_and_stops_the_closing(paid: Newsroom) -> None:
    pull.sync(paid.services)
    with paid.services.engine.begin() as connection:
        connection.execute(text("UPDATE contributions SET paid_minor = 1"))

    assert "check 8 is red: contributions are what their facts say: 1: ctb_" in refusal(paid)
    assert "8 cannot be accepted, only 4, 7, 12, payouts" in refusal(paid, TODAY, "8", why="never mind")


def test_what_really_happened_can_be_accepted_with_a_reason(paid: Newsroom) -> None:
    """A charge that was refunded and charged back stays returned twice forever."""
    pull.sync(paid.services)
    ((charge_id,),) = paid.rows("SELECT id FROM charges")
    dispute = replace(make.dispute(amount=2501, charge=charge_id), is_livemode=False)
    with paid.services.engine.begin() as connection:
        save_facts(connection, [dispute], paid.clock())
    rebuild_contributions(paid.services.engine, paid.clock)
    assert "check 7 is red: nothing is returned twice" in refusal(paid)
    assert "give it with --why" in refusal(paid, TODAY, "7")

    said = ledger(paid, "close", "2026-11-18", "--by", "Nora", "--accept", "7", "--why", "the bank took it too")

    assert "Accepted: 7, because: the bank took it too" in said
    assert "accepted 7: the bank took it too" in ledger(paid, "closings")


def test_a_payout_that_was_due_and_is_not_known_as_paid_stops_the_closing(paid: Newsroom) -> None:
    pull.sync(paid.services)
    payout = replace(make.payout("po_late", arrival_on=TODAY, reconciliation="in_progress"), is_livemode=False)
    with paid.services.engine.begin() as connection:
        save_facts(connection, [payout], paid.clock())

    assert "1 payouts were due by 2026-11-18 and are not known as paid: po_late; run `flask" in refusal(paid)
    close_books(paid.services, ClosingWish(TODAY, "Nora", ("payouts",), "the bank confirms the delay"))


def test_the_command_prints_what_it_closed_and_who_closed_it_is_listed(paid: Newsroom) -> None:
    assert "No day was closed yet." in ledger(paid, "closings")
    assert "Not closed: 2026-11-19 is not over yet" in ledger(paid, "close", "2026-11-19", status=1)
    pull.sync(paid.services)

    said = ledger(paid, "close", "2026-11-18", "--by", "Nora").splitlines()

    assert said[0] == "Closed 2026-11-18 to 2026-11-18: 1 entries."
    assert said[1].startswith("EUR: contributions 25.00, refunds and chargebacks 0.00, fees -")
    as_of = paid.rows("SELECT as_of FROM ledger_closings")[0][0]
    assert said[2] == f"Files of these days show the books as of {as_of} from now on, also with --as-of {as_of}."
    listed = ledger(paid, "closings")
    assert listed == f"2026-11-18 closed    2026-11-19T10:31:00Z by Nora, as of {as_of}\n"
    assert "closed through 2026-11-18 already" in ledger(paid, "close", "2026-11-18", status=1)


def test_days_are_reopened_by_two_persons(paid: Newsroom) -> None:
    pull.sync(paid.services)
    ledger(paid, "close", "2026-11-18", "--by", "Nora")

    asked = ledger(paid, "reopen", "2026-11-18", "--by", "Nora", "--why", "a wrong mapping")
    own = ledger(paid, "reopen", "2026-11-18", "--by", "nora", "--approve", status=1)
    approved = ledger(paid, "reopen", "2026-11-18", "--by", "Omar", "--approve")

    assert asked.startswith("Asked to reopen 2026-11-18. Another person approves: ledger reopen 2026-11-18 --by NAME")
    assert "Nora asked to reopen 2026-11-18; another person must approve it" in own
    assert approved == "2026-11-18 and every later day are open again.\n"
    assert "2026-11-18 reopened  2026-11-19T10:31:00Z by Omar, as Nora had asked" in ledger(paid, "closings")
    assert "because: a wrong mapping" in ledger(paid, "closings")
    assert "no day is closed" not in ledger(paid, "reopen", "2026-11-18", "--by", "Omar", "--approve", status=1)
    assert ledger(paid, "close", "2026-11-18", "--by", "Nora").startswith("Closed 2026-11-18 to 2026-11-18")
