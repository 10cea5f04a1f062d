"""Describe a closing to the person who closed the books."""

from collections.abc import Iterator

from service.ledger.closings.figures_store import CurrencyFigures, PeriodFigures
from service.ledger.closings.store import Closing
from service.money import major_text


def closed_lines(closing: Closing, figures: PeriodFigures) -> Iterator[str]:
    """Yield lines that say what was closed, its figures, and the number that repeats its files."""
    first_day = figures.first_day or closing.closed_through
    yield f"Closed {first_day} to {closing.closed_through}: {figures.entry_count} entries."
    for currency in figures.currencies:
        yield _currency_line(currency)
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
