"""What our accounts are called in an organisation's chart of accounts, for each accounting system."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.exports.request import Layout


class DateOrder(StrEnum):
    """The order of day and month in the dates that an organisation's QuickBooks or Xero imports, by its region."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


@dataclass(frozen=True, slots=True)
class MappedAccount:
    """The organisation's account for one of ours. `tax` is the display name of a tax rate in Xero, a code in Sage.

    `party` is the name that QuickBooks asks for on lines of receivable and payable accounts. `tracking` has pairs of
    a Xero tracking category and its option.
    """

    code: str | None = None
    name: str | None = None
    tax: str | None = None
    department: str | None = None
    party: str | None = None
    location: str | None = None
    account_class: str | None = None
    tracking: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountMapping:
    """The organisation's accounts by our account codes, for one layout. `date_order` None is the layout's own order."""

    layout: Layout
    accounts: Mapping[str, MappedAccount]
    date_order: DateOrder | None = None


_REQUIRED: Mapping[Layout, tuple[str, ...]] = {
    Layout.XERO: ("code", "tax"),
    Layout.QUICKBOOKS: ("name",),
    Layout.SAGE50: ("code",),
}
_WORDS: Mapping[str, str] = {"code": "code", "name": "name", "tax": "tax rate"}


def mapping_problems(mapping: AccountMapping, known_codes: frozenset[str]) -> tuple[str, ...]:
    """Return a sentence for each code that is not in `known_codes` and for each field that the layout requires."""
    unknown = [f"{code} is not an account of the ledger" for code in sorted(set(mapping.accounts) - known_codes)]
    missing = [
        f"{code} needs a {_WORDS[name]} for {mapping.layout.value}"
        for code, account in sorted(mapping.accounts.items())
        for name in _REQUIRED.get(mapping.layout, ())
        if not getattr(account, name)
    ]
    return (*unknown, *missing)
