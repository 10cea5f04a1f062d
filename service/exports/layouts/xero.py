"""Xero: manual journals, and the Stripe balance as a bank statement.

A manual journal has one signed amount and the tax rate by its display name. Xero merges rows that have the same
narration and date, and imports at most 300 lines at once: https://help.xero.com/nz/ManualJournalsImport. A bank
statement has a line for each movement and a line for its fee, at most 1,000 in a file.
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
    is_home_only=False,  # a bank account in Xero has a currency of its own
)

_STATEMENT = sql.SQL("""
SELECT s.seq, v.line, s.accounting_date, v.amount_minor, s.currency, v.memo, v.reference, NULL::text AS blank
FROM (
    SELECT seq, accounting_date, currency, memo, substr(journal_id, strpos(journal_id, ':') + 1) AS reference,
        sum(debit_minor - credit_minor) FILTER (WHERE account = {balance}) AS net_minor,
        coalesce(sum(debit_minor - credit_minor) FILTER (WHERE account = ANY({fees})), 0) AS fee_minor
    FROM ({lines}) j
    GROUP BY seq, accounting_date, currency, memo, journal_id
) s
CROSS JOIN LATERAL (VALUES
    (1, s.net_minor + s.fee_minor, s.memo, s.reference),
    (2, -s.fee_minor, 'Stripe fee: ' || s.memo, s.reference || ' fee')
) v (line, amount_minor, memo, reference)
WHERE s.net_minor IS NOT NULL AND v.amount_minor <> 0
""")
_FEES = (Account.PROCESSING_FEES, Account.OTHER_FEES, Account.TAX_ON_FEES, Account.DISPUTE_FEES)


def bank_statement(lines: sql.Composable) -> sql.Composable:
    """Return the rows of XERO_BANK for a journal of transactions, with money in as a positive amount.

    Each movement of the Stripe balance has a line with its gross amount and a line with its fee, as in the feed that
    Stripe makes for Xero. Together the lines are the movement of the Stripe balance.
    """
    fees = sql.Literal([account.value for account in _FEES])
    return _STATEMENT.format(lines=lines, balance=sql.Literal(Account.STRIPE_BALANCE.value), fees=fees)
