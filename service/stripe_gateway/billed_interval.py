"""Whether an invoice bills a month or a year: the price and its interval may change while a subscription runs.

A payment for a year or more is yearly, and every other payment of a subscription is monthly. The period that the
invoice bills decides, because it stays as it is, whatever happens to the subscription later.
"""

from service.money import Interval
from service.stripe_gateway.fields import StripeJson, instant, is_set, part, rows

YEAR_DAYS = 360  # fewer than twelve months or 52 weeks, more than eleven months or 51 weeks
_DAYS = {"day": 1, "week": 7, "month": 30.5, "year": 365}


def interval_of_price(interval: str, count: int) -> Interval:
    """Return the interval of a price that is charged every `count` days, weeks, months or years."""
    return Interval.YEAR if _DAYS.get(interval, 0) * count >= YEAR_DAYS else Interval.MONTH


def billed_line(invoice: StripeJson) -> StripeJson:
    """Return the line with the newest whole period that an invoice bills, or its first line if it bills none.

    A change in the middle of a period adds lines for parts of periods, which are marked as prorations.
    """
    lines = rows(invoice, "lines")
    whole = [line for line in lines if not _is_proration(line) and instant(part(line, "period"), "end") is not None]
    return max(whole, key=lambda line: part(line, "period")["end"], default=next(iter(lines), {}))


def billed_interval(invoice: StripeJson) -> Interval | None:
    """Return the interval that an invoice of a subscription bills, or None if it bills only parts of periods."""
    line = billed_line(invoice)
    starts_at, ends_at = instant(part(line, "period"), "start"), instant(part(line, "period"), "end")
    if _is_proration(line) or starts_at is None or ends_at is None or starts_at == ends_at:
        return None
    return interval_of_price("day", (ends_at - starts_at).days)


def _is_proration(line: StripeJson) -> bool:
    """Return whether a line bills a part of a period. Before 2025-03-31.basil the line itself said so."""
    parent = part(line, "parent")
    details = (part(parent, "subscription_item_details"), part(parent, "invoice_item_details"))
    return is_set(line, "proration") or any(is_set(detail, "proration") for detail in details)
