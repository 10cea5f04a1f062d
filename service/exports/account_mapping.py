"""An organisation's own chart of accounts, for each accounting system it imports journals into."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.exports.export import Layout


class DateOrder(StrEnum):
    """How a QuickBooks company reads dates: by its region."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


@dataclass(frozen=True, slots=True)
class MappedAccount:
    """One of our accounts in the organisation's books. `tax` is Xero's display name or Sage's code."""

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
    """Our account codes and what each is called in one system."""

    layout: Layout
    accounts: Mapping[str, MappedAccount]
    date_order: DateOrder = DateOrder.MONTH_FIRST


def mapping_problems(mapping: AccountMapping, known_codes: frozenset[str]) -> tuple[str, ...]:
    """What makes a mapping unusable, in words: accounts that are not ours, and fields the system cannot do without."""
    wanted = {Layout.XERO: ("code", "tax"), Layout.QUICKBOOKS: ("name",), Layout.SAGE50: ("code",)}
    needed = wanted.get(mapping.layout, ())
    unknown = [f"{code} is not an account of the ledger" for code in sorted(set(mapping.accounts) - known_codes)]
    missing = [
        f"{code} needs a {_WORDS[name]} for {mapping.layout.value}"
        for code, account in sorted(mapping.accounts.items())
        for name in needed
        if not getattr(account, name)
    ]
    return (*unknown, *missing)


_WORDS = {"code": "code", "name": "name", "tax": "tax rate"}
