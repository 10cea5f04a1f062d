"""Turn Stripe's charges, payment intents, refunds, disputes, payouts and balance transactions into our facts.

Every function raises UnreadableObjectError if a required field is missing.
"""

from datetime import UTC

from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    ContributionMark,
    Dispute,
    FeeDetail,
    PaymentIntent,
    Payout,
    Refund,
)
from service.stripe_gateway.fields import (
    StripeJson,
    amount,
    currency,
    decimal,
    instant,
    is_set,
    part,
    reference,
    required_instant,
    required_text,
    rows,
    text,
    whole,
)
from service.stripe_gateway.marks import read_mark


def read_balance_transaction(data: StripeJson) -> BalanceTransaction:
    return BalanceTransaction(
        id=required_text(data, "id"),
        amount_minor=amount(data, "amount"),
        fee_minor=amount(data, "fee"),
        net_minor=amount(data, "net"),
        currency=currency(data),
        reporting_category=required_text(data, "reporting_category"),
        type=required_text(data, "type"),
        source_id=reference(data, "source"),
        status=required_text(data, "status"),
        balance_type=text(data, "balance_type") or "payments",
        created_at=required_instant(data, "created"),
        available_at=required_instant(data, "available_on"),
        fee_details=tuple(_fee_detail(row) for row in rows(data, "fee_details")),
        exchange_rate=decimal(data, "exchange_rate"),
        description=text(data, "description"),
    )


def _fee_detail(data: StripeJson) -> FeeDetail:
    return FeeDetail(
        type=required_text(data, "type"),
        amount_minor=amount(data, "amount"),
        currency=currency(data),
        description=text(data, "description"),
    )


def read_charge(data: StripeJson, origin_mark: ContributionMark | None = None) -> Charge:
    """Read a charge. `origin_mark` is the mark of its payment intent or invoice, used if the charge has no mark."""
    method = part(data, "payment_method_details")
    card = part(method, "card")
    return Charge(
        id=required_text(data, "id"),
        status=required_text(data, "status"),
        amount_minor=amount(data, "amount"),
        amount_captured_minor=whole(data, "amount_captured") or 0,
        amount_refunded_minor=whole(data, "amount_refunded") or 0,
        currency=currency(data),
        created_at=required_instant(data, "created"),
        is_livemode=is_set(data, "livemode"),
        is_paid=is_set(data, "paid"),
        is_captured=is_set(data, "captured"),
        is_refunded=is_set(data, "refunded"),
        is_disputed=is_set(data, "disputed"),
        balance_transaction_id=reference(data, "balance_transaction"),
        failure_balance_transaction_id=reference(data, "failure_balance_transaction"),
        payment_intent_id=reference(data, "payment_intent"),
        customer_id=reference(data, "customer"),
        contribution=read_mark(part(data, "metadata")) or origin_mark,
        failure_code=text(data, "failure_code"),
        outcome_type=text(part(data, "outcome"), "type"),
        risk_level=text(part(data, "outcome"), "risk_level"),
        payment_method_type=text(method, "type"),
        card_brand=text(card, "brand"),
        card_last4=text(card, "last4"),
        card_country=text(card, "country"),
        wallet=text(part(card, "wallet"), "type"),
        presentment_amount_minor=whole(part(data, "presentment_details"), "presentment_amount"),
        presentment_currency=_presentment_currency(data),
    )


def read_payment_intent(data: StripeJson, origin_mark: ContributionMark | None = None) -> PaymentIntent:
    """Read a payment intent. `origin_mark` is the mark of its invoice, used if the intent has no mark."""
    error = part(data, "last_payment_error")
    return PaymentIntent(
        id=required_text(data, "id"),
        status=required_text(data, "status"),
        amount_minor=amount(data, "amount"),
        amount_received_minor=whole(data, "amount_received") or 0,
        currency=currency(data),
        created_at=required_instant(data, "created"),
        is_livemode=is_set(data, "livemode"),
        latest_charge_id=reference(data, "latest_charge"),
        customer_id=reference(data, "customer"),
        contribution=read_mark(part(data, "metadata")) or origin_mark,
        cancellation_reason=text(data, "cancellation_reason"),
        failure_code=text(error, "code"),
        decline_code=text(error, "decline_code"),
    )


def read_refund(data: StripeJson) -> Refund:
    return Refund(
        id=required_text(data, "id"),
        status=text(data, "status") or "pending",
        amount_minor=amount(data, "amount"),
        currency=currency(data),
        created_at=required_instant(data, "created"),
        charge_id=reference(data, "charge"),
        payment_intent_id=reference(data, "payment_intent"),
        balance_transaction_id=reference(data, "balance_transaction"),
        failure_balance_transaction_id=reference(data, "failure_balance_transaction"),
        reason=text(data, "reason"),
        failure_reason=text(data, "failure_reason"),
        pending_reason=text(data, "pending_reason"),
        destination_reference=_destination_reference(data),
        requested_by=text(part(data, "metadata"), "keepopen_requested_by"),
        presentment_amount_minor=whole(part(data, "presentment_details"), "presentment_amount"),
        presentment_currency=_presentment_currency(data),
    )


def _destination_reference(data: StripeJson) -> str | None:
    destination = part(data, "destination_details")
    return text(part(destination, text(destination, "type") or ""), "reference")


def _presentment_currency(data: StripeJson) -> str | None:
    found = text(part(data, "presentment_details"), "presentment_currency")
    return found.upper() if found else None


def read_dispute(data: StripeJson) -> Dispute:
    evidence = part(data, "evidence_details")
    card = part(data, "payment_method_details", "card")
    return Dispute(
        id=required_text(data, "id"),
        status=required_text(data, "status"),
        amount_minor=amount(data, "amount"),
        currency=currency(data),
        created_at=required_instant(data, "created"),
        charge_id=reference(data, "charge") or required_text(data, "charge"),
        is_livemode=is_set(data, "livemode"),
        payment_intent_id=reference(data, "payment_intent"),
        balance_transaction_ids=tuple(required_text(row, "id") for row in rows(data, "balance_transactions")),
        is_charge_refundable=is_set(data, "is_charge_refundable"),
        reason=text(data, "reason"),
        case_type=text(card, "case_type"),
        network_reason_code=text(card, "network_reason_code") or text(data, "network_reason_code"),
        evidence_due_at=instant(evidence, "due_by"),
        has_evidence=is_set(evidence, "has_evidence"),
        submission_count=whole(evidence, "submission_count") or 0,
    )


def read_payout(data: StripeJson) -> Payout:
    trace = part(data, "trace_id")
    return Payout(
        id=required_text(data, "id"),
        status=required_text(data, "status"),
        amount_minor=amount(data, "amount"),
        currency=currency(data),
        created_at=required_instant(data, "created"),
        # Stripe gives the date as midnight UTC. In another timezone it could be the day before.
        arrival_on=required_instant(data, "arrival_date").astimezone(UTC).date(),
        is_automatic=is_set(data, "automatic"),
        is_livemode=is_set(data, "livemode"),
        method=text(data, "method") or "standard",
        reconciliation_status=text(data, "reconciliation_status") or "not_applicable",
        balance_transaction_id=reference(data, "balance_transaction"),
        failure_balance_transaction_id=reference(data, "failure_balance_transaction"),
        failure_code=text(data, "failure_code"),
        original_payout_id=reference(data, "original_payout"),
        reversed_by_id=reference(data, "reversed_by"),
        trace_id=text(trace, "value"),
        trace_id_status=text(trace, "status"),
        statement_descriptor=text(data, "statement_descriptor"),
    )
