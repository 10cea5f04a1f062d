"""The same filter at the same `as_of` gives the same bytes, whatever the books have learned since."""

from dataclasses import replace

import pytest
from sqlalchemy import text, update

from service.contributions.store import contributions
from service.exports.export import ExportName, InvalidExportError
from service.ledger.payout_store import record_tie
from service.stripe_facts.record_store import StoredFact
from tests.conftest import NOW
from tests.exports.finance import Finance
from tests.exports.test_first_files import pay
from tests.ledger import make

FILES = [name.value for name in ExportName]


def story() -> list[StoredFact]:
    """A payment that is taken, refunded in part, disputed, lost, and paid out."""
    charge = make.charge("ch_2", 2000, bt="txn_20")
    dispute = make.dispute("dp_2", 1500, charge="ch_2", bts=("txn_22",))
    payout = make.payout("po_2", 450, bt="txn_po", status="pending", reconciliation="in_progress")
    return [
        make.charge("ch_2", 2000, status="pending"),
        make.transaction("txn_20", "charge", 2000, "ch_2", fee=50),
        charge,
        make.transaction("txn_21", "refund", -500, "re_2", hours=3),
        make.refund("re_2", 500, charge="ch_2", status="pending", bt="txn_21"),
        replace(charge, amount_refunded_minor=500),
        make.refund("re_2", 500, charge="ch_2", bt="txn_21"),
        make.transaction("txn_22", "dispute", -1500, "dp_2", fee=1500, hours=5),
        dispute,
        replace(dispute, status="lost"),
        payout,
        replace(payout, status="paid"),
    ]


def test_what_happens_later_changes_no_earlier_file(finance: Finance) -> None:
    finance.contribution("ctb_1")
    kept: list[tuple[int, dict[str, bytes]]] = []

    facts = story()
    for first in range(0, len(facts), 3):
        finance.record(*facts[first : first + 3])
        as_of = finance.manifest("journal")["as_of_seq"]
        kept.append((as_of, {name: finance.file(name, as_of=as_of) for name in FILES}))
    with finance.engine.begin() as connection:
        record_tie(connection, "po_2", (make.transaction("txn_20", "charge", 2000, "ch_2", fee=50),), NOW)

    for as_of, files in kept:
        for name, file in files.items():
            assert finance.file(name, as_of=as_of) == file, (as_of, name)
    assert len({files["contributions"] for _, files in kept}) == 4


def test_a_contribution_told_more_about_stays_as_it_was(finance: Finance) -> None:
    pay(finance)
    before = finance.manifest("contributions")
    with finance.engine.begin() as connection:
        connection.execute(text("UPDATE contributions SET covers_fee = true, is_anonymous = true"))

    after = finance.manifest("contributions", as_of=before["as_of_seq"])

    assert after["sha256"] == before["sha256"]
    assert finance.manifest("contributions")["sha256"] != before["sha256"]


def test_nothing_personal_is_kept_of_what_a_record_was(finance: Finance) -> None:
    columns = [column.name for column in contributions.c]
    names = [name for name in columns if name.startswith("contributor_") or name == "message"]
    finance.contribution("ctb_1", **dict.fromkeys(names, "Mary"))
    with finance.engine.begin() as connection:
        connection.execute(update(contributions).values(dict.fromkeys(names)))
        kept = list(
            connection.execute(text("SELECT old_row::text FROM record_changes WHERE old_row IS NOT NULL")).scalars()
        )

    assert kept
    assert not [row for row in kept if "Mary" in row]


def test_erasing_a_reader_empties_the_personal_cells_of_every_file(finance: Finance) -> None:
    pay(finance)
    change = "UPDATE contributions SET contributor_email = {0}, contributor_name = {0}, contributor_country = {0}"
    with finance.engine.begin() as connection:
        connection.execute(text(change.format("'Mary'")))
    as_of = finance.manifest("contributions")["as_of_seq"]
    journal = finance.file("journal", as_of=as_of)
    assert finance.rows("contributions", as_of=as_of, has_personal_data=True)[0]["donor_name"] == "Mary"

    with finance.engine.begin() as connection:
        connection.execute(text(change.format("NULL")))

    assert finance.rows("contributions", as_of=as_of, has_personal_data=True)[0]["donor_name"] == ""
    assert finance.file("journal", as_of=as_of) == journal


def test_a_repeat_of_a_fact_is_no_change(finance: Finance) -> None:
    pay(finance)
    before = finance.manifest("contributions")["as_of_seq"]

    finance.record(make.charge("ch_1", 2500, bt="txn_1"))

    assert finance.manifest("contributions")["as_of_seq"] == before


def test_a_number_that_has_not_been_reached_is_refused(finance: Finance) -> None:
    with pytest.raises(InvalidExportError, match="newest is 0"):
        finance.file("journal", as_of=1)


def test_before_the_first_fact_every_file_is_empty(finance: Finance) -> None:
    for fact in story():
        finance.record(fact)

    assert all(finance.rows(name, as_of=0) == [] for name in FILES)
