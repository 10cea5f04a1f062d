"""The files and their columns, in order. Columns are only ever added at the end."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.exports.columns import CellKind, Column, code, codes, day, flag, instant, integer, money, text, texts
from service.exports.export import ExportName


@dataclass(frozen=True, slots=True)
class FileDefinition:
    """One file: its columns, and in words which sign means what and which day the filter looks at."""

    columns: tuple[Column, ...]
    signs: str
    dated_by: str = "accounting_date"


CONTRIBUTIONS = FileDefinition(
    (
        *codes("payment_id", "contribution_id", "kind", "status", "refund_state", "dispute_state"),
        instant("paid_at_utc"),
        day("accounting_date"),
        code("donor_ref"),
        text("donor_name", is_personal=True),
        text("donor_email", is_personal=True),
        code("country"),
        flag("anonymous"),
        text("campaign"),
        text("source_page"),
        code("presentment_currency"),
        money("presentment_amount", currency="presentment_currency"),
        code("currency"),
        money("gross", is_summed=True),
        money("fee", is_summed=True),
        money("fee_tax"),
        money("net", is_summed=True),
        money("refunded", is_summed=True),
        money("donor_selected_amount", currency="selected_currency"),
        flag("fees_covered"),
        *codes("payment_method", "card_brand", "last4"),
        flag("gift_aid"),
        code("payout_id"),
        day("payout_arrival_date"),
        *codes("charge_id", "payment_intent_id", "invoice_id", "subscription_id", "checkout_session_id"),
        code("balance_transaction_id"),
        integer("gross_minor"),
        integer("fee_minor"),
        integer("net_minor"),
    ),
    signs="gross is what was received, fee what it cost (positive), net = gross - fee; refunded is positive",
)
REFUNDS = FileDefinition(
    (
        *codes("refund_id", "payment_id"),
        *texts("status", "reason", "requested_by"),
        instant("created_at_utc"),
        day("accounting_date"),
        code("currency"),
        money("amount", is_summed=True),
        money("original_rate_amount", is_summed=True),
        money("fx_difference", is_summed=True),
        *texts("failure_reason", "destination_reference"),
        *codes("balance_transaction_id", "payout_id"),
    ),
    signs="amount is what was sent back, positive; fx_difference = amount - original_rate_amount",
)
DISPUTES = FileDefinition(
    (
        *codes("dispute_id", "payment_id", "kind"),
        *texts("network_reason", "reason", "status"),
        instant("opened_at_utc"),
        instant("evidence_due_utc"),
        instant("closed_at_utc"),
        code("currency"),
        money("amount", is_summed=True),
        money("fees", is_summed=True),
        money("returned", is_summed=True),
        money("outcome_amount", is_summed=True),
        *codes("donor_ref", "payout_ids"),
    ),
    signs="amount is what was contested, fees what it cost, returned what came back, all positive; "
    "outcome_amount = returned - amount withdrawn - fees once the dispute is closed",
    dated_by="opened_at_utc",
)
FEES = FileDefinition(
    (
        *codes("balance_transaction_id", "source_id", "category"),
        text("description"),
        code("currency"),
        money("amount", is_summed=True),
        day("accounting_date"),
        code("payout_id"),
    ),
    signs="amount is a cost, positive; negative where a fee was given back",
)
PAYOUTS = FileDefinition(
    (
        code("payout_id"),
        text("status"),
        day("arrival_date"),
        instant("created_at_utc"),
        code("currency"),
        *(
            money(name, is_summed=True)
            for name in ("amount", "gross_charges", "refunds", "disputes", "fees", "adjustments", "unexplained")
        ),
        integer("line_count"),
        code("recon_status"),
        text("bank_reference"),
        text("statement_descriptor"),
    ),
    signs="amount is what went to the bank (negative when Stripe debited it) = gross_charges + refunds + disputes "
    "- fees + adjustments + unexplained; refunds and disputes are negative when money left",
    dated_by="arrival_date",
)
PAYOUT_LINES = FileDefinition(
    (
        *codes("payout_id", "balance_transaction_id", "reporting_category", "source_id", "payment_id"),
        instant("created_at_utc"),
        day("available_on"),
        code("currency"),
        money("gross", is_summed=True),
        money("fee", is_summed=True),
        money("net", is_summed=True),
        money("running_total"),
    ),
    signs="gross and net are positive when money came into the Stripe balance, negative when it left; fee is a cost; "
    "the last running_total of a payout is its amount",
    dated_by="the payout's arrival_date",
)
JOURNAL = FileDefinition(
    (
        integer("seq"),
        code("journal_id"),
        integer("line"),
        day("accounting_date"),
        instant("effective_at_utc"),
        code("account_code"),
        text("account_name"),
        money("debit", is_summed=True),
        money("credit", is_summed=True),
        code("currency"),
        text("memo"),
        *codes("source_type", "source_id", "payout_id"),
    ),
    signs="debit and credit are never negative; one of the two is zero",
)
TRIAL_BALANCE = FileDefinition(
    (
        *codes("currency", "account_code"),
        text("account_name"),
        money("opening", is_summed=True),
        money("debits", is_summed=True),
        money("credits", is_summed=True),
        money("closing", is_summed=True),
    ),
    signs="opening and closing are debit balances if positive, credit balances if negative; "
    "closing = opening + debits - credits",
)
SUBSCRIPTIONS = FileDefinition(
    (
        *codes("contribution_id", "status", "interval"),
        money("amount", is_summed=True),
        code("currency"),
        *(instant(name) for name in ("started", "current_period_end", "next_attempt", "cancel_at")),
        text("cancel_reason"),
        money("lifetime_paid", is_summed=True),
    ),
    signs="amount is taken once per interval; lifetime_paid is what was taken so far, before refunds",
    dated_by="the time from started to its end, where it touches the days",
)
RECEIPTS = FileDefinition(
    (
        code("donor_ref"),
        text("name", is_personal=True),
        text("address", is_personal=True),
        integer("year"),
        code("currency"),
        money("total_given", is_summed=True),
        money("total_refunded", is_summed=True),
        money("net_deductible", is_summed=True),
        code("payment_list"),
        code("receipt_number"),
        instant("issued_at"),
        code("replaced_by"),
    ),
    signs="net_deductible = total_given - total_refunded",
    dated_by="issued_at",
)
GIFT_AID = FileDefinition(
    (
        text("Title", "title", is_personal=True),
        text("First name", "first_name", is_personal=True),
        text("Last name", "last_name", is_personal=True),
        text("House name or number", "house", is_personal=True),
        text("Postcode", "postcode", is_personal=True),
        text("Aggregated donations", "aggregated"),
        text("Sponsored event", "sponsored_event"),
        Column("Donation date", CellKind.SHORT_DAY, "donated_on"),
        Column("Amount", CellKind.MONEY, "amount_minor", is_summed=True),
    ),
    signs="Amount is what was given less what was refunded, positive",
)
EXCEPTIONS = FileDefinition(
    (code("kind"), instant("since"), code("ids"), money("amount"), code("currency"), text("hint")),
    signs="amount is what the exception is about: positive into the Stripe balance",
    dated_by="since",
)

FILES: Mapping[ExportName, FileDefinition] = {
    ExportName.CONTRIBUTIONS: CONTRIBUTIONS,
    ExportName.REFUNDS: REFUNDS,
    ExportName.DISPUTES: DISPUTES,
    ExportName.FEES: FEES,
    ExportName.PAYOUTS: PAYOUTS,
    ExportName.PAYOUT_LINES: PAYOUT_LINES,
    ExportName.JOURNAL: JOURNAL,
    ExportName.TRIAL_BALANCE: TRIAL_BALANCE,
    ExportName.SUBSCRIPTIONS: SUBSCRIPTIONS,
    ExportName.RECEIPTS: RECEIPTS,
    ExportName.GIFT_AID: GIFT_AID,
    ExportName.EXCEPTIONS: EXCEPTIONS,
}
