"""Words for Stripe's codes and for our mails, as a person in finance would say them."""

from collections.abc import Mapping
from typing import Final

FAILURES: Final[Mapping[str, str]] = {
    "authentication_required": "the bank asks the supporter to confirm the payment",
    "card_declined": "the bank declined the card",
    "do_not_honor": "the bank declined the card",
    "generic_decline": "the bank declined the card",
    "expired_card": "the card has expired",
    "incorrect_cvc": "the security code is wrong",
    "incorrect_number": "the card number is wrong",
    "insufficient_funds": "there was not enough money",
    "lost_card": "the card was reported lost",
    "stolen_card": "the card was reported stolen",
    "processing_error": "the bank could not process it",
    "fraudulent": "Stripe took it for fraud",
    "account_closed": "the bank account is closed",
    "debit_not_authorized": "the bank account's owner did not allow the debit",
    "bank_account_declined": "the bank declined the debit",
    "no_account": "there is no such bank account",
}
METHODS: Final[Mapping[str, str]] = {
    "card": "card",
    "sepa_debit": "SEPA direct debit",
    "us_bank_account": "bank account",
    "bacs_debit": "Bacs direct debit",
    "link": "Link",
    "paypal": "PayPal",
}
DISPUTE_REASONS: Final[Mapping[str, str]] = {
    "fraudulent": "the cardholder says that they did not pay",
    "duplicate": "the cardholder says that they paid twice",
    "subscription_canceled": "the cardholder says that they had cancelled",
    "product_not_received": "the cardholder says that they received nothing",
    "unrecognized": "the cardholder does not recognise the payment",
    "credit_not_processed": "the cardholder expected a refund",
    "general": "the bank gives no reason",
}
MAILS: Final[Mapping[str, str]] = {
    "payment_pending": "that the bank debit is on its way",
    "payment_failed": "that the payment failed, with a link to try again",
    "renewal_coming": "that the yearly contribution renews soon",
    "renewal_failed": "that the renewal failed, with a link to change the card",
    "action_needed": "that the bank needs a confirmation",
    "cancel_confirmed": "that the contribution is cancelled",
    "ended": "that the contribution has ended",
    "refunded": "about the refund",
    "portal_link": "with a link to manage the contribution",
    "dispute_opened": "about the dispute",
    "refund_failed": "that the refund failed",
    "fraud_warning": "about a fraud warning",
    "invoice_stuck": "that a renewal is stuck",
    "mandate_lapsed": "that the mandate has ended",
}
CANCELLATIONS: Final[Mapping[str, str]] = {
    "cancellation_requested": "somebody asked for it",
    "payment_failed": "its payments failed",
    "payment_disputed": "a payment was disputed",
}
FEEDBACK: Final[Mapping[str, str]] = {
    "too_expensive": "too expensive",
    "missing_features": "something is missing",
    "switched_service": "supports another publication",
    "unused": "does not read it enough",
    "customer_service": "was not served well",
    "too_complex": "too complicated",
    "low_quality": "quality too low",
    "other": "another reason",
}


def in_words(words: Mapping[str, str], code: str | None) -> str:
    """Return the words for a code, or the code itself with spaces, or nothing without a code."""
    return words.get(code, code.replace("_", " ")) if code else ""
