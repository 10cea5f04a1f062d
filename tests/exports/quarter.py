"""A quarter of random payments, refunds, disputes and payouts, for files that must tie to the ledger."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from service.money import Interval
from service.stripe_gateway.facts import BalanceTransaction, ContributionMark
from tests.exports.world import Finance, Row, pay_out
from tests.ledger import make

Sums = dict[tuple[str, str], Decimal]

SITES = ("gazette", "herald")
CAMPAIGNS = ("autumn", "winter", None)
FUNDS = ("restricted-climate", None)
FIRST_HOUR, LAST_HOUR = -32 * 24, 58 * 24  # from 1 October to 30 December
MONTHS = (
    (date(2026, 10, 1), date(2026, 10, 31)),
    (date(2026, 11, 1), date(2026, 11, 30)),
    (date(2026, 12, 1), date(2026, 12, 31)),
)


def by_month_and_account(rows: list[Row]) -> Sums:
    """Return the movement of each account in each month, with a debit positive, without zeros."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["accounting_date"][:7], row["account_code"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    return {key: amount for key, amount in sums.items() if amount}


def record_quarter(finance: Finance, seed: int) -> None:
    """Record payments in three months with refunds and disputes, carried by payouts that arrive days later.

    The third payout fails, and the fourth carries its money.
    """
    chance = Random(seed)
    lines = [line for number in range(24) for line in _payment(finance, chance, number)]
    lines += [make.transaction(f"txn_f{number}", "fee", -25, None, hours=number * 300) for number in range(3)]
    lines.sort(key=lambda line: line.created_at)
    returned: list[BalanceTransaction] = []
    for number in range(6):
        carried = [*returned, *lines[number * 5 : number * 5 + 5]]
        returned = _payout(finance, chance, number, carried)
    finance.record(*lines[30:])


def _payment(finance: Finance, chance: Random, number: int) -> list[BalanceTransaction]:
    """Record a payment of a contribution, sometimes refunded or disputed, and return its movements."""
    amount, hours = chance.randrange(500, 20_000), chance.uniform(FIRST_HOUR, LAST_HOUR - 48)
    interval = chance.choice(tuple(Interval))
    site, campaign, fund = chance.choice(SITES), chance.choice(CAMPAIGNS), chance.choice(FUNDS)
    finance.contribution(f"ctb_{number}", amount_minor=amount, site=site, campaign=campaign, interval=interval.value)
    charge_id, paid_at = f"ch_{number}", make.at(hours)
    mark = ContributionMark(f"ctb_{number}", site, interval, campaign=campaign, variant=None, fund=fund)
    refunded = chance.randrange(1, amount + 1) if number % 3 == 0 else 0
    charge = make.charge(charge_id, amount, refunded=refunded, bt=f"txn_{number}")
    fee = amount // 40 + 25
    moved = [make.transaction(f"txn_{number}", "charge", amount, charge_id, fee=fee, tax=number % 2, hours=hours)]
    finance.record(moved[0], replace(charge, created_at=paid_at, contribution=mark))
    if refunded:
        moved.append(make.transaction(f"txn_{number}r", "refund", -refunded, f"re_{number}", hours=hours + 20))
        finance.record(moved[-1], make.refund(f"re_{number}", refunded, charge=charge_id, bt=f"txn_{number}r"))
    elif number % 4 == 1:
        moved += _dispute(finance, chance, number, amount, hours + 24)
    return moved


def _dispute(finance: Finance, chance: Random, number: int, amount: int, hours: float) -> list[BalanceTransaction]:
    """Record a dispute that is lost, won or still open, and return its movements."""
    status, dispute_id = chance.choice(("lost", "won", "under_review")), f"dp_{number}"
    moved = [make.transaction(f"txn_{number}d", "dispute", -amount, dispute_id, fee=1500, hours=hours)]
    if status == "won":
        won = make.transaction(f"txn_{number}w", "dispute_reversal", amount, dispute_id, fee=-1500, hours=hours + 20)
        moved.append(won)
    ids = tuple(line.id for line in moved)
    dispute = make.dispute(dispute_id, amount, status=status, charge=f"ch_{number}", bts=ids)
    finance.record(*moved, dispute)
    return moved


def _payout(
    finance: Finance, chance: Random, number: int, carried: list[BalanceTransaction]
) -> list[BalanceTransaction]:
    """Record a payout of these movements, and return the movement that brings its money back if it failed."""
    sent_at = carried[-1].created_at + timedelta(hours=1)
    arrival_on = (sent_at + timedelta(days=chance.randrange(1, 5))).date()
    payout_id, amount = f"po_{number}", sum(line.net_minor for line in carried)
    status = {2: "failed", 5: "in_transit"}.get(number, "paid")
    payout = replace(
        make.payout(payout_id, amount, status=status, arrival_on=arrival_on, bt=f"txn_{payout_id}"), created_at=sent_at
    )
    pay_out(finance, payout, *carried, sent_at=sent_at)
    if status != "failed":
        return []
    back = make.transaction(f"txn_{payout_id}b", "payout_reversal", amount, payout_id)
    back = replace(back, created_at=sent_at + timedelta(hours=1))
    finance.record(back)
    return [back]
