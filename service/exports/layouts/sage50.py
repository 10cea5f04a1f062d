"""Sage 50: audit trail transactions. Amounts are never negative; the type says debit (JD) or credit (JC).

Sage takes 30 characters of a reference and 60 of the details: http://excel2sage.co.uk/HTMLHelp/AuditTrial.html. Our
numbers and the ids of Stripe, without the word before them, are shorter.
"""

from service.exports.columns import CellKind, Column
from service.exports.layouts.definition import LayoutDefinition, mapped_column, money_column, text_column

DETAILS_LENGTH = 60  # characters, Sage's limit

SAGE50 = LayoutDefinition(
    (
        Column("Type", CellKind.CODE, "type"),
        text_column("Account Ref", "blank"),
        mapped_column("Nominal A/C", "account_code"),
        mapped_column("Dept", "department"),
        Column("Date", CellKind.LONG_DAY, "accounting_date"),
        text_column("Reference", "number"),
        text_column("Details", "details"),
        money_column("Net", "positive_minor", is_summed=True),
        mapped_column("Tax code", "tax"),
        money_column("Tax", "tax_minor"),
        text_column("Exchange rate", "exchange_rate"),
        text_column("Extra ref", "extra_ref"),
        text_column("User name", "blank"),
        text_column("Project", "blank"),
        text_column("Cost code", "blank"),
    ),
    max_lines=None,
    is_one_currency=True,
)
