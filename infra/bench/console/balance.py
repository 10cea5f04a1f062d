"""Write the movements of an invented Stripe balance, its payouts, and the events that report what happened."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from infra.bench.console.copying import TableWriter

SETTLED_IN = {"EUR": "EUR", "GBP": "GBP", "USD": "EUR"}
RATES = {"EUR": 1.0, "GBP": 1.0, "USD": 0.92}
FEES_MINOR = {"dispute": 2_000}
AVAILABLE_AFTER = timedelta(days=2)
WEEKEND = 5


@dataclass(frozen=True, slots=True)
class _Moved:
    """A movement of the balance, as its payout needs it."""

    id: str
    net_minor: int
    available_at: datetime


@dataclass(slots=True)
class Balance:
    """The movements by settlement currency, and the instant, kind and id of each that must be posted."""

    writer: TableWriter
    now: datetime
    moved: defaultdict[str, list[_Moved]] = field(default_factory=lambda: defaultdict(list))
    due: list[tuple[datetime, str, str]] = field(default_factory=list)

    def move(self, source_id: str, category: str, money: tuple[int, str], at: datetime) -> str:
        """Write a movement in the currency in which money is settled, with its fee. Return its id."""
        minor, currency = money
        txn, settled_in = f"txn_{category}_{source_id}", SETTLED_IN[currency]
        amount = round(minor * RATES[currency])
        fee = 25 + amount * 15 // 1000 if category == "charge" else FEES_MINOR.get(category, 0)
        self._transaction(txn, source_id, category, (amount, fee, settled_in), at)
        self.moved[settled_in].append(_Moved(txn, amount - fee, at + AVAILABLE_AFTER))
        self.due.append((at, category.removesuffix("_reversal"), source_id))
        return txn

    def event(self, type_: str, object_type: str, object_id: str, at: datetime) -> None:
        """Write an event that was worked off."""
        self.writer.add(
            "stripe_events",
            id=f"evt_{type_}_{object_id}",
            type=type_,
            is_livemode=True,
            created_at=at,
            object_type=object_type,
            object_id=object_id,
            received_at=at,
            status="done",
            attempt_count=1,
            next_attempt_at=at,
            finished_at=at,
        )

    def pay_out(self) -> None:
        """Pay out every movement on the working day after it became available, and queue everything for the ledger."""
        for currency, moved in self.moved.items():
            by_day: defaultdict[datetime, list[_Moved]] = defaultdict(list)
            for movement in moved:
                by_day[_payout_at(movement.available_at)].append(movement)
            carried: list[_Moved] = []  # while more money went back than came in
            for at, members in sorted(by_day.items()):
                carried += members
                total = sum(member.net_minor for member in carried)
                if at < self.now and total > 0:
                    self._payout(f"po_{currency}_{at:%Y%m%d}", (total, currency), at, carried)
                    carried = []
        for _, kind, object_id in sorted(self.due):
            self.writer.add("posting_queue", kind=kind, object_id=object_id)

    def _transaction(self, txn: str, source_id: str, category: str, money: tuple[int, int, str], at: datetime) -> None:
        amount, fee, currency = money
        self.writer.add(
            "balance_transactions",
            id=txn,
            amount_minor=amount,
            fee_minor=fee,
            net_minor=amount - fee,
            currency=currency,
            reporting_category=category,
            type=category,
            source_id=source_id,
            status="available",
            balance_type="payments",
            created_at=at,
            available_at=at + AVAILABLE_AFTER,
            recorded_at=at,
        )
        if fee:
            values = {"line": 1, "type": "stripe_fee", "amount_minor": fee, "currency": currency}
            self.writer.add("balance_transaction_fees", balance_transaction_id=txn, **values)

    def _payout(self, payout_id: str, money: tuple[int, str], at: datetime, members: list[_Moved]) -> None:
        total, currency = money
        txn = f"txn_payout_{payout_id}"
        self._transaction(txn, payout_id, "payout", (-total, 0, currency), at)
        self.due.append((at, "payout", payout_id))
        self.writer.add(
            "payouts",
            id=payout_id,
            status="paid",
            amount_minor=total,
            currency=currency,
            created_at=at,
            arrival_on=at.date() + timedelta(days=2),
            is_automatic=True,
            is_livemode=True,
            method="standard",
            reconciliation_status="completed",
            balance_transaction_id=txn,
            status_rank=2,
            recorded_at=at,
        )
        self.writer.add(
            "payout_ties",
            payout_id=payout_id,
            status="matched",
            payout_status="paid",
            currency=currency,
            amount_minor=total,
            net_minor=total,
            difference_minor=0,
            line_count=len(members),
            tied_at=at + timedelta(days=1),
        )
        self.writer.add("fact_transitions", object_id=payout_id, transition="paid", seen_at=at + timedelta(days=2))
        for member in members:
            self.writer.add("payout_members", balance_transaction_id=member.id, payout_id=payout_id, recorded_at=at)


def _payout_at(available_at: datetime) -> datetime:
    """Return six in the morning of the first working day after an instant."""
    at = (available_at + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
    while at.weekday() >= WEEKEND:
        at += timedelta(days=1)
    return at
