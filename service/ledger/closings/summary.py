"""Describe a closing to the person who closed the books."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from service.ledger.closings.figures_store import CurrencyFigures, PeriodFigures
from service.ledger.closings.store import Closing
from service.ledger.manual.open_items_store import OpenItem
from service.money import major_text


def closed_lines(closing: Closing, figures: PeriodFigures, items: Iterable[OpenItem]) -> Iterator[str]:
    """Yield lines that say what was closed, its figures, what is still open, and the number that repeats its files."""
    last_day = closing.closed_through or date.max
    first_day = figures.first_day or last_day
    yield f"Closed {first_day} to {last_day}: {figures.entry_count} entries."
    for currency in figures.currencies:
        yield _currency_line(currency)
    counts = Counter(item.account for item in items if item.opened_on <= last_day)
    if counts:
        named = ", ".join(f"{count} on {account}" for account, count in sorted(counts.items()))
        yield f"Still open: {named}; see `ledger open-items`."
    if closing.accepted:
        yield f"Accepted: {', '.join(closing.accepted)}, because: {closing.why}"
    yield f"Files of these days show the books as of {closing.as_of} from now on, also with --as-of {closing.as_of}."


def _currency_line(figures: CurrencyFigures) -> str:
    shown = {
        "contributions": figures.income_minor,
        "refunds and chargebacks": figures.returned_minor,
        "fees": figures.fees_minor,
        "Stripe balance at the end": figures.stripe_balance_minor,
    }
    amounts = ", ".join(f"{what} {major_text(minor, figures.currency)}" for what, minor in shown.items())
    return f"{figures.currency}: {amounts}"
