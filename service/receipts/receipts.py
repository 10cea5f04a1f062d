"""Annual receipts: what one donor gave in one year in one currency, net of what went back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class YearOfGiving:
    """What a receipt certifies. Two of the same year, donor and currency are the same receipt if all of it is equal."""

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
    giving: YearOfGiving


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt to issue, and the one it replaces."""

    id: str
    number: int
    giving: YearOfGiving
    replaces: str | None


def receipts_to_issue(giving: list[YearOfGiving], current: list[IssuedReceipt], first_number: int) -> list[NewReceipt]:
    """A receipt for every donor who has none or whose year has changed; numbers follow each other without a gap.

    Who has no receipt and has nothing to deduct needs none.
    """
    held = {(receipt.giving.donor_ref, receipt.giving.currency): receipt for receipt in current}
    issued: list[NewReceipt] = []
    for year in giving:
        receipt = held.get((year.donor_ref, year.currency))
        is_needed = year.total_given_minor > year.total_refunded_minor if receipt is None else receipt.giving != year
        if is_needed:
            number = first_number + len(issued)
            issued.append(NewReceipt(receipt_id(year.year, number), number, year, receipt.id if receipt else None))
    return issued


def receipt_id(year: int, number: int) -> str:
    """`2026-000017`: the number people see."""
    return f"{year:04}-{number:06}"
