"""The columns of every file: documented in their order, unique, and marked if they are personal."""

import re
from pathlib import Path

import pytest

from service.exports.columns import Column
from service.exports.files.by_name import FILES
from service.exports.layouts.by_name import LAYOUTS
from service.exports.request import ExportName, Layout

PAGE = (Path(__file__).parents[3] / "docs" / "exports.md").read_text(encoding="utf-8")
DOCUMENTED = {f"### {name}.csv": FILES[name].columns for name in ExportName} | {
    f"### layout={layout}": tuple(
        column for column in definition.columns if layout is not Layout.DATEV or column.source != "blank"
    )
    for layout, definition in LAYOUTS.items()
}


@pytest.mark.parametrize(("heading", "columns"), DOCUMENTED.items(), ids=lambda value: str(value)[:30])
def test_columns_are_documented_in_their_order(heading: str, columns: tuple[Column, ...]) -> None:
    block = re.search(re.escape(heading) + r"\n.*?```text\n(.*?)```", PAGE, re.DOTALL)

    assert block is not None
    assert block[1].replace("\n", " ").strip().split(", ") == [column.name for column in columns]


def test_no_two_columns_of_a_file_share_a_name() -> None:
    for definition in FILES.values():
        names = [column.name for column in definition.columns]
        assert len(set(names)) == len(names)


def test_contributions_have_the_columns_that_finance_was_promised() -> None:
    promised = """
        payment_id contribution_id kind status refund_state dispute_state paid_at_utc accounting_date donor_ref
        donor_name donor_email country anonymous campaign source_page presentment_currency presentment_amount currency
        gross fee fee_tax net refunded donor_selected_amount fees_covered payment_method card_brand last4 gift_aid
        payout_id payout_arrival_date charge_id payment_intent_id invoice_id subscription_id checkout_session_id
        balance_transaction_id gross_minor fee_minor net_minor
        site fund
    """

    assert [column.name for column in FILES[ExportName.CONTRIBUTIONS].columns] == promised.split()


def test_a_column_that_identifies_a_person_is_marked_personal() -> None:
    marked = {column.name for definition in FILES.values() for column in definition.columns if column.is_personal}

    assert marked == {
        "donor_name",
        "donor_email",
        "name",
        "address",
        "Title",
        "First name",
        "Last name",
        "House name or number",
        "Postcode",
    }
