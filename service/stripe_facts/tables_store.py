"""The tables of facts. Columns are named like the fields in service/stripe_gateway/facts.py; none holds personal data.

The migration that creates them repeats these definitions, and a test compares the two.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)

from service.database.columns import INSTANT
from service.database.metadata import metadata


def _recorded() -> Column[object]:
    return Column("recorded_at", INSTANT, nullable=False)


def _mark() -> list[Column[object]]:
    """Return the columns of our mark on an object. They are null if the object belongs to no contribution."""
    return [
        Column("contribution_id", Text),
        Column("site", Text),
        Column("interval", Text),
        Column("campaign", Text),
        Column("variant", Text),
        Column("page_id", Text),
        Column("fund", Text),
    ]


balance_transactions = Table(
    "balance_transactions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reporting_category", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("source_id", Text),
    Column("status", Text, nullable=False),
    Column("balance_type", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("available_at", INSTANT, nullable=False),
    Column("exchange_rate", Numeric),
    Column("description", Text),
    _recorded(),
    Index(None, "source_id"),
    Index(None, "created_at"),
)

balance_transaction_fees = Table(
    "balance_transaction_fees",
    metadata,
    Column("balance_transaction_id", Text, ForeignKey("balance_transactions.id"), primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("type", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("description", Text),
    Index(
        "ix_balance_transaction_fees_taxes",
        "balance_transaction_id",
        postgresql_where=text("type IN ('tax', 'withheld_tax')"),
    ),
)

charges = Table(
    "charges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("amount_captured_minor", BigInteger, nullable=False),
    Column("amount_refunded_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("is_livemode", Boolean, nullable=False),
    Column("is_paid", Boolean, nullable=False),
    Column("is_captured", Boolean, nullable=False),
    Column("is_refunded", Boolean, nullable=False),
    Column("is_disputed", Boolean, nullable=False),
    Column("balance_transaction_id", Text),
    Column("failure_balance_transaction_id", Text),
    Column("payment_intent_id", Text),
    Column("customer_id", Text),
    Column("invoice_id", Text),
    Column("subscription_id", Text),
    *_mark(),
    Column("failure_code", Text),
    Column("outcome_type", Text),
    Column("risk_level", Text),
    Column("payment_method_type", Text),
    Column("card_brand", Text),
    Column("card_last4", Text),
    Column("card_country", Text),
    Column("wallet", Text),
    Column("presentment_amount_minor", BigInteger),
    Column("presentment_currency", Text),
    Column("status_rank", SmallInteger, nullable=False),
    _recorded(),
    Index(None, "payment_intent_id"),
    Index(None, "contribution_id"),
    Index(None, "balance_transaction_id"),
    Index(None, "created_at"),
    Index(None, "invoice_id"),
    Index(None, "subscription_id"),
    Index("ix_charges_failed", "created_at", "id", postgresql_where=text("status = 'failed'")),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("charge_id", Text),
    Column("payment_intent_id", Text),
    Column("balance_transaction_id", Text),
    Column("failure_balance_transaction_id", Text),
    Column("reason", Text),
    Column("failure_reason", Text),
    Column("pending_reason", Text),
    Column("destination_reference", Text),
    Column("requested_by", Text),
    Column("presentment_amount_minor", BigInteger),
    Column("presentment_currency", Text),
    Column("status_rank", SmallInteger, nullable=False),
    _recorded(),
    Index(None, "charge_id"),
    Index(None, "created_at"),
    Index(None, "amount_minor"),
)

disputes = Table(
    "disputes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("charge_id", Text, nullable=False),
    Column("is_livemode", Boolean, nullable=False),
    Column("payment_intent_id", Text),
    Column("balance_transaction_ids", ARRAY(Text), nullable=False),
    Column("is_charge_refundable", Boolean, nullable=False),
    Column("reason", Text),
    Column("case_type", Text),
    Column("network_reason_code", Text),
    Column("evidence_due_at", INSTANT),
    Column("has_evidence", Boolean, nullable=False),
    Column("submission_count", Integer, nullable=False),
    Column("status_rank", SmallInteger, nullable=False),
    _recorded(),
    Index(None, "charge_id"),
)

payouts = Table(
    "payouts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("arrival_on", Date, nullable=False),
    Column("is_automatic", Boolean, nullable=False),
    Column("is_livemode", Boolean, nullable=False),
    Column("method", Text, nullable=False),
    Column("reconciliation_status", Text, nullable=False),
    Column("balance_transaction_id", Text),
    Column("failure_balance_transaction_id", Text),
    Column("failure_code", Text),
    Column("original_payout_id", Text),
    Column("reversed_by_id", Text),
    Column("trace_id", Text),
    Column("trace_id_status", Text),
    Column("statement_descriptor", Text),
    Column("status_rank", SmallInteger, nullable=False),
    _recorded(),
    Index(None, "created_at"),
)

# The balance transactions that each payout paid out. A balance transaction belongs to at most one payout.
payout_members = Table(
    "payout_members",
    metadata,
    Column("balance_transaction_id", Text, ForeignKey("balance_transactions.id"), primary_key=True),
    Column("payout_id", Text, nullable=False),
    _recorded(),
    Index(None, "payout_id"),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("amount_due_minor", BigInteger, nullable=False),
    Column("amount_paid_minor", BigInteger, nullable=False),
    Column("amount_remaining_minor", BigInteger, nullable=False),
    Column("amount_paid_off_stripe_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("is_livemode", Boolean, nullable=False),
    Column("customer_id", Text),
    Column("subscription_id", Text),
    *_mark(),
    Column("billing_reason", Text),
    Column("number", Text),
    Column("attempt_count", Integer, nullable=False),
    Column("next_payment_attempt_at", INSTANT),
    Column("paid_at", INSTANT),
    Column("period_starts_at", INSTANT),
    Column("period_ends_at", INSTANT),
    Column("status_rank", SmallInteger, nullable=False),
    _recorded(),
    Index(None, "subscription_id"),
    Index(None, "contribution_id"),
)

invoice_payments = Table(
    "invoice_payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("invoice_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_paid_minor", BigInteger, nullable=False),
    Column("amount_requested_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("payment_intent_id", Text),
    Column("charge_id", Text),
    Column("paid_at", INSTANT),
    Column("status_rank", SmallInteger, nullable=False),
    _recorded(),
    Index(None, "invoice_id"),
)

# When each status was first seen. Stripe's objects hold only their present status.
fact_transitions = Table(
    "fact_transitions",
    metadata,
    Column("object_id", Text, primary_key=True),
    Column("transition", Text, primary_key=True),
    Column("seen_at", INSTANT, nullable=False),
    Index(None, "seen_at"),
)

# Objects to post again. A change adds a row, and posting deletes the rows that it has read.
posting_queue = Table(
    "posting_queue",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
)
