"""Xero: manual journals, and the Stripe balance as a bank statement.

A manual journal has one signed amount and the tax rate by its display name. Xero merges rows that have the same
narration and date, and imports at most 300 lines at once: https://help.xero.com/nz/ManualJournalsImport. A bank
statement has one line for each movement, at most 1,000 in a file.
"""

from psycopg import sql

from service.exports.columns import CellKind, Column
from service.exports.layouts.definition import LayoutDefinition, mapped_column, money_column, text_column
from service.ledger.accounts import Account

XERO = LayoutDefinition(
    (
        text_column("*Narration", "narration"),
        Column("*Date", CellKind.LONG_DAY, "accounting_date"),
        text_column("Description", "memo"),
        mapped_column("*AccountCode", "account_code"),
        mapped_column("*TaxRate", "tax"),
        money_column("*Amount", "amount_minor", is_summed=True),
        mapped_column("TrackingName1", "tracking_name_1"),
        mapped_column("TrackingOption1", "tracking_option_1"),
        mapped_column("TrackingName2", "tracking_name_2"),
        mapped_column("TrackingOption2", "tracking_option_2"),
    ),
    max_lines=300,
    is_one_currency=True,
)
XERO_BANK = LayoutDefinition(
    (
        Column("*Date", CellKind.LONG_DAY, "accounting_date"),
        money_column("*Amount", "amount_minor", is_summed=True),
        text_column("Payee", "blank"),
        text_column("Description", "memo"),
        text_column("Reference", "reference"),
        text_column("Cheque No.", "blank"),
    ),
    max_lines=1000,
    is_one_currency=True,
)

_STATEMENT = sql.SQL("""
SELECT j.seq, j.line, j.accounting_date, j.debit_minor - j.credit_minor AS amount_minor, j.currency, j.memo,
    substr(j.journal_id, strpos(j.journal_id, ':') + 1) AS reference, NULL::text AS blank
FROM ({lines}) j
WHERE j.account = {account}
""")


def bank_statement(lines: sql.Composable) -> sql.Composable:
    """Return the rows of XERO_BANK: every line of the journal on the Stripe balance, money in as a positive amount."""
    return _STATEMENT.format(lines=lines, account=sql.Literal(Account.STRIPE_BALANCE.value))
