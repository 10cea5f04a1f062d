"""Balance transactions, the fee rule and the balance of the account.

The fee rule is the sandbox's own, not Stripe's price list: cards cost 1.5 % + 25 minor units in EUR and GBP and
2.9 % + 30 in any other currency, bank debits cost 35. Percentages are rounded half up to a whole minor unit.
A fee is never more than the amount and contains no tax. A refund returns no fee.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from infra.stripe_sandbox.sandbox import Sandbox, task
from infra.stripe_sandbox.store import Json

HOME_RATES = {"eur": (Decimal("0.015"), 25), "gbp": (Decimal("0.015"), 25)}
OTHER_RATE = (Decimal("0.029"), 30)
DEBIT_FLAT = 35
DISPUTE_FEE = 2000


def processing_fee(amount: int, currency: str, method: str) -> int:
    """Return the fee in minor units of the settlement currency."""
    if method != "card":
        return min(DEBIT_FLAT, amount)
    share, fixed = HOME_RATES.get(currency, OTHER_RATE)
    return min(amount, _round_half_up(amount * share) + fixed)


def _round_half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def settlement(sandbox: Sandbox, amount: int, currency: str) -> tuple[int, str, str | None]:
    """Return the amount and currency of the settlement, and the exchange rate if the currency changes."""
    target = sandbox.knobs.settlement.get(currency)
    if not target:
        return amount, currency, None
    return _round_half_up(amount * Decimal(target["rate"])), target["currency"], target["rate"]


def book(  # noqa: PLR0913 - a balance transaction is all of these
    sandbox: Sandbox,
    source: str,
    kind: str,
    amount: int,
    currency: str,
    *,
    category: str | None = None,
    fee: int = 0,
    fee_description: str = "Stripe processing fees",
    rate: str | None = None,
    description: str | None = None,
    waits: bool = False,
) -> Json:
    """Store a balance transaction. With `waits` it is pending first and becomes available later."""
    now = sandbox.wall_now()
    wait = sandbox.settings.available_after_seconds if waits else 0
    transaction = sandbox.store.add(
        {
            "id": sandbox.id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now + wait,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": description,
            "exchange_rate": float(rate) if rate else None,
            "fee": fee,
            "fee_details": [_fee_detail(fee, currency, fee_description)] if fee else [],
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": source,
            "status": "pending" if wait else "available",
            "type": kind,
        }
    )
    sandbox.schedule_after(wait, "make_funds_available", transaction=transaction["id"])
    return transaction


def _fee_detail(amount: int, currency: str, description: str) -> Json:
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": description,
        "type": "stripe_fee",
    }


@task("make_funds_available")
def _make_funds_available(sandbox: Sandbox, arguments: Json) -> None:
    transaction = sandbox.store.need("balance_transaction", arguments["transaction"])
    if transaction["status"] == "pending":
        sandbox.change(transaction, status="available")
        sandbox.emit("balance.available", balance(sandbox))
    if sandbox.settings.has_automatic_payouts and transaction["type"] not in ("payout", "payout_failure"):
        every = sandbox.settings.payout_every_seconds
        wait = every - sandbox.wall_now() % every
        sandbox.schedule_after(wait, "pay_out", currency=transaction["currency"])


def balance(sandbox: Sandbox) -> Json:
    """Return the balance: the sum of `net` over all balance transactions, by status and currency."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    currencies = {sandbox.settings.default_currency}
    for transaction in sandbox.store.all("balance_transaction"):
        currencies.add(transaction["currency"])
        column = sums[transaction["status"]]
        column[transaction["currency"]] = column.get(transaction["currency"], 0) + transaction["net"]
    answer: dict[str, Any] = {"object": "balance", "livemode": False}
    for column_name, column in sums.items():
        answer[column_name] = [
            {"amount": column.get(currency, 0), "currency": currency, "source_types": {"card": column.get(currency, 0)}}
            for currency in sorted(currencies)
        ]
    return answer
