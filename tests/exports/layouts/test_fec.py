"""The FEC layout, read back by the rules of article A47 A-1."""

import csv
import io
import re
from collections import defaultdict
from decimal import Decimal

import pytest

from service.errors import InvalidDocumentError
from service.exports.layouts.mappings import read_mapping
from service.exports.request import Granularity, Layout
from service.ledger.accounts import ACCOUNT_NAMES
from tests.exports.quarter_databases import Quarter
from tests.exports.world import Finance, apply_accounts, pay

FEC = "layout: fec\naccounts:\n" + "".join(
    f'  "{account.value}": {{code: "51{account.value}", name: "Établissement \\"{account.value}\\""}}\n'
    for account in ACCOUNT_NAMES
)


def test_the_columns_and_cells_have_the_form_that_the_law_asks_for(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, FEC)

    header, *rows = finance.file("journal", layout=Layout.FEC).decode().removesuffix("\r\n").split("\r\n")

    assert header == (
        "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
        "PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise"
    )
    assert rows[0] == (
        'ST\tStripe\tKO-1\t20261102\t511100\tÉtablissement "1100"\t\t\ttxn_1\t20261102\tcharge ch_1\t24,39\t0,00\t\t\t'
        "20261102\t\t"
    )
    assert all(len(row.split("\t")) == 18 for row in rows)


@pytest.mark.parametrize("granularity", list(Granularity))
def test_every_entry_balances_and_the_accounts_are_those_of_the_books(
    quarter: Quarter, granularity: Granularity
) -> None:
    finance = quarter(0)
    apply_accounts(finance, FEC)
    content = finance.file("journal", layout=Layout.FEC, granularity=granularity).decode()

    entries: defaultdict[str, Decimal] = defaultdict(Decimal)
    accounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(content, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE):
        assert re.fullmatch(r"\d{8}", row["EcritureDate"])
        assert re.fullmatch(r"\d+,\d{2}", row["Debit"])
        amount = Decimal(row["Debit"].replace(",", ".")) - Decimal(row["Credit"].replace(",", "."))
        entries[row["EcritureNum"]] += amount
        accounts[row["CompteNum"][2:]] += amount

    assert set(entries.values()) == {Decimal(0)}
    assert accounts == {row["account_code"]: Decimal(row["closing"]) for row in finance.rows("trial_balance")}


def test_an_account_outside_the_french_plan_is_refused() -> None:
    with pytest.raises(InvalidDocumentError, match="A1100 is not an account that begins with three digits"):
        read_mapping("layout: fec\naccounts: {'1100': {code: A1100, name: x}}")
    with pytest.raises(InvalidDocumentError, match="1100 needs a name for fec"):
        read_mapping("layout: fec\naccounts: {'1100': {code: '511'}}")
