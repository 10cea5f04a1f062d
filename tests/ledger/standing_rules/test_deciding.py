"""A standing rule sends a category of movements to an account from then on, and earlier entries stay."""

import pytest

from service.database.engine import owner_engine
from service.ledger.manual.checks import ManualEntryError
from service.ledger.rebuild import rebuild_ledger
from service.ledger.standing_rules.deciding import end_rule, send_category
from service.ledger.standing_rules.rule import StandingRule, StandingRules
from tests.ledger import make
from tests.ledger.manual.world import Desk
from tests.ledger.world import NOW, UTC_ZONE


def send(desk: Desk, category: str, account: str) -> StandingRule:
    return send_category(desk.books, category, account, "Nora", "goodwill credits")


def record_sale(desk: Desk, number: int) -> None:
    desk.ledger.record(
        make.charge(f"ch_s{number}", 700, interval=None),
        make.transaction(f"txn_s{number}", "charge", 700, f"ch_s{number}"),
    )


def test_a_movement_of_the_category_goes_to_the_account_from_then_on(desk: Desk) -> None:
    send(desk, "other_adjustment", "4950")

    desk.ledger.record(make.transaction("txn_later", "other_adjustment", 300, None, fee=10))

    assert desk.ledger.entries()["bt:txn_later"][1] == {"1100": 290, "5110": 10, "4950": -300}
    assert desk.ledger.entries()["bt:txn_odd"][1] == {"1100": 500, "9900": -500}


def test_receipts_that_are_not_ours_can_have_a_rule_and_are_still_matched_later(desk: Desk) -> None:
    send(desk, "receipts_not_ours", "4950")

    record_sale(desk, 1)
    record_sale(desk, 2)
    desk.ledger.record(make.charge("ch_s2", 700))

    assert desk.ledger.balances()["4950"] == -700
    assert desk.ledger.balances()["4900"] == -4000
    assert desk.ledger.entries()["ev:ch_s2:matched"][1] == {"4950": 700, "4100": -700}


def test_the_rule_of_the_time_holds_for_what_was_posted_then_also_in_a_rebuild(
    desk: Desk, database_address: str
) -> None:
    send(desk, "receipts_not_ours", "4950")
    send(desk, "other_adjustment", "4950")
    record_sale(desk, 1)
    desk.ledger.record(make.transaction("txn_a", "other_adjustment", 300, None))
    end_rule(desk.books, "other_adjustment", "Nora", "no longer")
    end_rule(desk.books, "receipts_not_ours", "Nora", "no longer")
    desk.ledger.record(make.charge("ch_s1", 700))
    record_sale(desk, 2)
    desk.ledger.record(make.transaction("txn_b", "other_adjustment", 300, None))
    before = desk.ledger.entries()
    owner = owner_engine(database_address)

    rebuild_ledger(owner, UTC_ZONE, NOW)

    owner.dispose()
    assert desk.ledger.entries() == before
    assert before["bt:txn_a"][1] == {"1100": 300, "4950": -300}
    assert before["bt:txn_b"][1] == {"1100": 300, "9900": -300}
    assert before["ev:ch_s1:matched"][1] == {"4950": 700, "4100": -700}
    assert before["bt:txn_s2"][1] == {"1100": 700, "4900": -700}


@pytest.mark.parametrize(
    ("category", "account", "reason"),
    [
        ("fee", "5900", "a posting rule posts fee, so a standing rule cannot"),
        ("charge", "4950", "a posting rule posts charge"),
        ("transfer", "4100", "4100 is not an account of your own; add one"),
        ("transfer", "4960", "4960 is not an account of your own"),
        ("", "4950", "the category must be a single line"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(desk: Desk, category: str, account: str, reason: str) -> None:
    with pytest.raises(ManualEntryError, match=reason):
        send(desk, category, account)


def test_a_rule_that_does_not_exist_cannot_end(desk: Desk) -> None:
    with pytest.raises(ManualEntryError, match="no rule sends transfer anywhere; see `ledger rules list`"):
        end_rule(desk.books, "transfer", "Nora", "no longer")


@pytest.mark.parametrize(("seq", "account"), [(5, None), (6, "4950"), (9, "4950"), (10, "4960"), (None, None)])
def test_the_rule_of_an_entry_is_found_by_its_number(seq: int | None, account: str | None) -> None:
    rules = StandingRules(
        [
            StandingRule("transfer", target, after, "why", "Nora", NOW)
            for target, after in (("4950", 5), ("4960", 9), (None, 20))
        ]
    )

    assert rules.account_for("transfer", seq) == account
