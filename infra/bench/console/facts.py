"""Write what Stripe would have said about invented contributions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.bench.console.balance import Balance
from infra.bench.console.copying import TableWriter
from infra.bench.console.life import Fate, LivedContribution, LivedPayment
from service.money import Interval

NAMES = ("Aoife", "Máire", "Seán", "Zoë", "Jürgen", "Łucja", "Noor", "Émile", "Grace", "Tadhg")
FAMILIES = ("Byrne", "Ó Briain", "Müller", "Nowak", "Haddad", "Smith", "Walsh", "García", "Lefèvre", "Kelly")
REFUNDED_PARTS = {Fate.REFUNDED: 1, Fate.PARTLY_REFUNDED: 2}
DISPUTES = (Fate.DISPUTED, Fate.DISPUTE_WON, Fate.DISPUTE_LOST)
DISPUTES_LAST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """Writes the facts of contributions, as they are known at `now`."""

    writer: TableWriter
    balance: Balance
    now: datetime

    def contribution(self, lived: LivedContribution) -> None:
        """Write a contribution as an attempt, with the facts from which the service computes its state."""
        number, at = lived.number, lived.begun_at
        name = f"{NAMES[lived.contributor % 10]} {FAMILIES[lived.contributor // 10 % 10]} {lived.contributor // 100}"
        self.writer.add(
            "contributions",
            id=f"ctb_{number}",
            **_mark(lived),
            is_counted=True,
            amount_minor=lived.amount_minor,
            currency=lived.currency,
            language="en",
            covers_fee=False,
            is_anonymous=number % 10 == 0,
            attempt_key=f"key_{number}",
            is_open=False,
            return_url=f"https://{lived.site}.example/",
            created_at=at,
            expires_at=at + timedelta(days=1),
            checkout_session_id=f"cs_live_{number}",
            state="attempted",
            changed_at=at,
            paid_minor=0,
            refunded_minor=0,
            paid_count=0,
            customer_id=f"cus_{number}",
            contributor_email=f"reader{lived.contributor}@mail{lived.contributor % 40}.example",
            contributor_name=name,
        )
        self._session(lived)
        if lived.interval is not Interval.ONE_OFF and lived.payments:
            self._subscription(lived)
        for at_place, payment in enumerate(lived.payments):
            self._payment(lived, f"{number}_{at_place}", payment)

    def _session(self, lived: LivedContribution) -> None:
        is_paid = bool(lived.payments)
        self.writer.add(
            "checkout_sessions",
            id=f"cs_live_{lived.number}",
            mode="payment" if lived.interval is Interval.ONE_OFF else "subscription",
            status="complete" if is_paid else "expired",
            payment_status="paid" if is_paid else "unpaid",
            amount_total_minor=lived.amount_minor,
            currency=lived.currency,
            created_at=lived.begun_at,
            expires_at=lived.begun_at + timedelta(days=1),
            contribution_id=f"ctb_{lived.number}",
            customer_id=f"cus_{lived.number}",
            status_rank=2,
            fetched_at=lived.begun_at,
        )

    def _subscription(self, lived: LivedContribution) -> None:
        last = lived.payments[-1].due_at
        self.writer.add(
            "subscriptions",
            id=f"sub_{lived.number}",
            status="canceled" if lived.ended_at else "active",
            amount_minor=lived.amount_minor,
            currency=lived.currency,
            price_interval=lived.interval.value,
            price_interval_count=1,
            current_period_starts_at=last,
            current_period_ends_at=last + timedelta(days=365 if lived.interval is Interval.YEAR else 30),
            contribution_id=f"ctb_{lived.number}",
            customer_id=f"cus_{lived.number}",
            created_at=lived.begun_at,
            is_cancel_at_period_end=False,
            canceled_at=lived.ended_at,
            ended_at=lived.ended_at,
            status_rank=1,
            fetched_at=last,
        )

    def _payment(self, lived: LivedContribution, key: str, payment: LivedPayment) -> None:
        is_recurring = lived.interval is not Interval.ONE_OFF
        paid_at = payment.due_at + timedelta(days=3 * payment.failures)
        is_paid = payment.fate is not Fate.FAILED and paid_at < self.now
        for number in range(payment.failures):
            failed_at = payment.due_at + timedelta(days=3 * number)
            if failed_at < self.now:
                self._charge(lived, key, f"ch_{key}_{number}", failed_at, None)
        if is_recurring:
            self._invoice(lived, key, payment, paid_at if is_paid else None)
        if is_paid:
            txn = self.balance.move(f"ch_{key}", "charge", (lived.amount_minor, lived.currency), paid_at)
            self._charge(lived, key, f"ch_{key}", paid_at, txn, payment.fate)
            self._return(lived, key, payment.fate, paid_at + timedelta(days=4))

    def _charge(  # noqa: PLR0913 each charge has these, and no two of them belong together
        self,
        lived: LivedContribution,
        key: str,
        charge_id: str,
        at: datetime,
        txn: str | None,
        fate: Fate = Fate.FAILED,
    ) -> None:
        is_paid, is_recurring = txn is not None, lived.interval is not Interval.ONE_OFF
        part = REFUNDED_PARTS.get(fate, 0)
        self.writer.add(
            "charges",
            id=charge_id,
            **_mark(lived),
            status="succeeded" if is_paid else "failed",
            amount_minor=lived.amount_minor,
            amount_captured_minor=lived.amount_minor if is_paid else 0,
            amount_refunded_minor=lived.amount_minor // part if part else 0,
            currency=lived.currency,
            created_at=at,
            is_livemode=True,
            is_paid=is_paid,
            is_captured=is_paid,
            is_refunded=fate is Fate.REFUNDED,
            is_disputed=fate in DISPUTES,
            balance_transaction_id=txn,
            payment_intent_id=f"pi_{key}",
            customer_id=f"cus_{lived.number}",
            invoice_id=f"in_{key}" if is_recurring else None,
            subscription_id=f"sub_{lived.number}" if is_recurring else None,
            contribution_id=f"ctb_{lived.number}",
            failure_code=None if is_paid else "card_declined",
            payment_method_type="card",
            card_brand="visa",
            card_last4=f"{lived.number % 10_000:04}",
            card_country="IE",
            status_rank=1 if is_paid else 2,
            recorded_at=at,
        )
        self.balance.event("charge.succeeded" if is_paid else "charge.failed", "charge", charge_id, at)

    def _invoice(self, lived: LivedContribution, key: str, payment: LivedPayment, paid_at: datetime | None) -> None:
        is_retried = paid_at is None and payment.due_at > self.now - timedelta(days=9)
        self.writer.add(
            "invoices",
            id=f"in_{key}",
            **_mark(lived),
            status="paid" if paid_at else "open" if is_retried else "uncollectible",
            total_minor=lived.amount_minor,
            amount_due_minor=lived.amount_minor,
            amount_paid_minor=lived.amount_minor if paid_at else 0,
            amount_remaining_minor=0 if paid_at else lived.amount_minor,
            amount_paid_off_stripe_minor=0,
            currency=lived.currency,
            created_at=payment.due_at,
            is_livemode=True,
            customer_id=f"cus_{lived.number}",
            subscription_id=f"sub_{lived.number}",
            contribution_id=f"ctb_{lived.number}",
            attempt_count=payment.failures + 1,
            next_payment_attempt_at=self.now + timedelta(days=2) if is_retried else None,
            paid_at=paid_at,
            status_rank=3 if paid_at else 1 if is_retried else 2,
            recorded_at=payment.due_at,
        )

    def _return(self, lived: LivedContribution, key: str, fate: Fate, at: datetime) -> None:
        """Write the refund or the dispute of a payment, if there is one."""
        if at >= self.now or fate is Fate.PAID:
            return
        if fate in REFUNDED_PARTS:
            minor = lived.amount_minor // REFUNDED_PARTS[fate]
            txn = self.balance.move(f"re_{key}", "refund", (-minor, lived.currency), at)
            owner: dict[str, Any] = {"reason": "requested_by_customer", "balance_transaction_id": txn, "status_rank": 1}
            self._returned(
                "refunds", f"re_{key}", lived, (minor, at), status="succeeded", charge_id=f"ch_{key}", **owner
            )
            return
        is_won = fate is Fate.DISPUTE_WON and at + DISPUTES_LAST < self.now
        status = "lost" if fate is Fate.DISPUTE_LOST else "won" if is_won else "needs_response"
        txns = [self.balance.move(f"dp_{key}", "dispute", (-lived.amount_minor, lived.currency), at)]
        if is_won:
            given_back = lived.amount_minor, lived.currency
            txns.append(self.balance.move(f"dp_{key}", "dispute_reversal", given_back, at + DISPUTES_LAST))
        if status != "needs_response":
            ended_at = at + (DISPUTES_LAST if is_won else timedelta(days=1))
            self.writer.add("fact_transitions", object_id=f"dp_{key}", transition=status, seen_at=ended_at)
        owner = {"reason": "fraudulent", "balance_transaction_ids": txns, "is_livemode": True, "status_rank": 2}
        owner |= {"is_charge_refundable": False, "has_evidence": False, "submission_count": 0}
        due_at = self.now + timedelta(days=lived.number % 20) if status == "needs_response" else None
        dispute: dict[str, Any] = {"status": status, "charge_id": f"ch_{key}", "evidence_due_at": due_at, **owner}
        self._returned("disputes", f"dp_{key}", lived, (lived.amount_minor, at), **dispute)

    def _returned(
        self, table: str, object_id: str, lived: LivedContribution, moved: tuple[int, datetime], **row: Any
    ) -> None:
        minor, at = moved
        shared = {"amount_minor": minor, "currency": lived.currency, "created_at": at, "recorded_at": at}
        self.writer.add(table, id=object_id, **shared, **row)
        self.balance.event(f"charge.{table.removesuffix('s')}.updated", table.removesuffix("s"), object_id, at)


def _mark(lived: LivedContribution) -> dict[str, Any]:
    """Return what says for which site and campaign a contribution is."""
    page, interval = f"/news/{lived.number % 5000}", lived.interval.value
    campaign = f"campaign-{lived.campaign}"
    return {"site": lived.site, "interval": interval, "campaign": campaign, "variant": "warm", "page_id": page}
