"""QuickBooks Online: accounts by name, sub-accounts as Parent:Child, and JournalNo to group the lines of a journal.

Intuit documents no limit of lines; 1,000 is ours:
https://quickbooks.intuit.com/learn-support/en-au/help-article/import-export-files/import-journal-entries-quickbooks-online/L4tQBwbs7_AU_en_AU
"""

from service.exports.columns import CellKind, Column
from service.exports.layouts.definition import LayoutDefinition, mapped_column, money_column, text_column

QUICKBOOKS = LayoutDefinition(
    (
        text_column("JournalNo", "number"),
        Column("JournalDate", CellKind.US_DAY, "accounting_date"),
        mapped_column("AccountName", "account_name"),
        money_column("Debits", "debit_only_minor", is_summed=True),
        money_column("Credits", "credit_only_minor", is_summed=True),
        text_column("Description", "memo"),
        mapped_column("Name", "party"),
        Column("Currency", CellKind.CODE, "currency"),
        mapped_column("Location", "location"),
        mapped_column("Class", "class"),
    ),
    max_lines=1000,
    is_one_currency=False,
)
