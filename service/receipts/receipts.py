"""Annual receipts: the contributions of a donor in a year and currency, less what was returned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class YearTotal:
    """What a receipt certifies: a donor's contributions in a year and currency, in minor units.

    A donor needs a new receipt if any value here differs from the receipt that was issued. `contribution_id` is the
    donor's last contribution, which has the name and address for the receipt.
    """

    year: int
    donor_ref: str
    currency: str
    total_given_minor: int
    total_refunded_minor: int
    payment_ids: tuple[str, ...]
    contribution_id: str


@dataclass(frozen=True, slots=True)
class IssuedReceipt:
    """A receipt that was issued and not replaced since."""

    id: str
    number: int
    year_total: YearTotal


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt to issue, and the ids of the receipts that it replaces: several if two donors were the same person."""

    id: str
    number: int
    year_total: YearTotal
    replaces: tuple[str, ...] = ()


def receipts_to_issue(
    year_totals: list[YearTotal], current: list[IssuedReceipt], first_number: int
) -> list[NewReceipt]:
    """Return a receipt for every donor who has none or whose total has changed, numbered from `first_number`.

    A new receipt replaces the donor's current one and every other that certifies one of its payments, so that no
    payment is certified twice. A donor without a receipt and without anything to deduct needs none.
    """
    by_payment = {payment_id: receipt for receipt in current for payment_id in receipt.year_total.payment_ids}
    by_donor = {(receipt.year_total.donor_ref, receipt.year_total.currency): receipt for receipt in current}
    issued: list[NewReceipt] = []
    for total in year_totals:
        found = [by_donor.get((total.donor_ref, total.currency)), *map(by_payment.get, total.payment_ids)]
        earlier = {receipt.id: receipt.year_total for receipt in found if receipt is not None}
        has_deduction = total.total_given_minor > total.total_refunded_minor
        is_needed = list(earlier.values()) != [total] if earlier else has_deduction
        if is_needed:
            number = first_number + len(issued)
            issued.append(NewReceipt(receipt_id(total.year, number), number, total, tuple(sorted(earlier))))
    return issued


def receipt_id(year: int, number: int) -> str:
    """Return the number that is printed on a receipt, such as `2026-000017`."""
    return f"{year:04}-{number:06}"
