"""Checks of what must always hold: each is green or red and shows its figures."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.money import major_text

MAX_NAMED = 5

Balances = Mapping[tuple[str, str], int]  # minor units by currency and account code


@dataclass(frozen=True, slots=True)
class Check:
    """The result of checking an invariant. `number` is its number in docs/money.md; `detail` has the figures."""

    number: int
    name: str
    is_green: bool
    detail: str


def sum_of(balances: Balances, *accounts: str) -> dict[str, int]:
    """Return the sum of these accounts, or of all accounts if none is named, in minor units by currency."""
    sums: Counter[str] = Counter()
    for (currency, account), amount_minor in balances.items():
        if not accounts or account in accounts:
            sums[currency] += amount_minor
    return dict(sums)


def compare(number: int, name: str, ledger: Mapping[str, int], other: Mapping[str, int], what: str) -> Check:
    """Check that two amounts are equal in every currency. Red shows each difference: ledger minus `what`."""
    currencies = sorted(ledger.keys() | other.keys())
    differences = {currency: ledger.get(currency, 0) - other.get(currency, 0) for currency in currencies}
    is_green = not any(differences.values())
    figures = [
        f"{currency} ledger {major_text(ledger.get(currency, 0), currency)}, "
        f"{what} {major_text(other.get(currency, 0), currency)}, "
        f"difference {major_text(differences[currency], currency)}"
        for currency in currencies
        if is_green or differences[currency]
    ]
    return Check(number, name, is_green, "; ".join(figures) or "nothing to compare")


def none_of(number: int, name: str, offenders: Iterable[str], all_well: str) -> Check:
    """Check that there are no offenders. Red shows how many there are and names the first few."""
    all_named = list(offenders)
    named = ", ".join(all_named[:MAX_NAMED]) + (" ..." if len(all_named) > MAX_NAMED else "")
    return Check(number, name, not all_named, f"{len(all_named)}: {named}" if all_named else all_well)
