"""Test cards and test bank accounts: what each number does, as in Stripe's testing documentation."""

import re
from dataclasses import dataclass

DECLINE_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "fraudulent": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "Your card could not be processed. Try again later.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


@dataclass(frozen=True, slots=True)
class SandboxMethod:
    """A test number and what happens when it is charged, whatever the amount and date."""

    name: str
    number: str
    kind: str = "card"
    brand: str = "visa"
    country: str = "US"
    decline: str | None = None
    needs_authentication: bool = False
    needs_authentication_off_session: bool = False
    declines_after_authentication: bool = False
    is_blocked: bool = False
    dispute: str | None = None
    has_early_fraud_warning: bool = False
    is_available_at_once: bool = False
    refund: str = "succeeded"
    fails_when_settled: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]


_ALL = (
    SandboxMethod("visa", "4242424242424242"),
    SandboxMethod("visa_debit", "4000056655665556"),
    SandboxMethod("mastercard", "5555555555554444", brand="mastercard"),
    SandboxMethod("amex", "378282246310005", brand="amex"),
    SandboxMethod("de", "4000002760000016", country="DE"),
    SandboxMethod("gb", "4000008260000000", country="GB"),
    SandboxMethod("chargeDeclined", "4000000000000002", decline="generic_decline"),
    SandboxMethod("chargeDeclinedInsufficientFunds", "4000000000009995", decline="insufficient_funds"),
    SandboxMethod("chargeDeclinedLostCard", "4000000000009987", decline="lost_card"),
    SandboxMethod("chargeDeclinedStolenCard", "4000000000009979", decline="stolen_card"),
    SandboxMethod("chargeDeclinedExpiredCard", "4000000000000069", decline="expired_card"),
    SandboxMethod("chargeDeclinedIncorrectCvc", "4000000000000127", decline="incorrect_cvc"),
    SandboxMethod("chargeDeclinedProcessingError", "4000000000000119", decline="processing_error"),
    SandboxMethod("chargeDeclinedFraudulent", "4100000000000019", decline="fraudulent", is_blocked=True),
    SandboxMethod("chargeCustomerFail", "4000000000000341", decline="generic_decline"),
    SandboxMethod(
        "threeDSecure2Required",
        "4000000000003220",
        needs_authentication=True,
        needs_authentication_off_session=True,
    ),
    SandboxMethod(
        "authenticationRequired",
        "4000002760003184",
        country="DE",
        needs_authentication=True,
        needs_authentication_off_session=True,
    ),
    SandboxMethod("authenticationRequiredOnSetup", "4000002500003155", country="FR", needs_authentication=True),
    SandboxMethod(
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        country="GB",
        decline="insufficient_funds",
        needs_authentication=True,
        needs_authentication_off_session=True,
        declines_after_authentication=True,
    ),
    SandboxMethod("createDispute", "4000000000000259", dispute="fraudulent"),
    SandboxMethod("createDisputeProductNotReceived", "4000000000002685", dispute="product_not_received"),
    SandboxMethod("createDisputeInquiry", "4000000000001976", dispute="inquiry"),
    SandboxMethod("createIssuerFraudRecord", "4000000000005423", has_early_fraud_warning=True),
    SandboxMethod("bypassPending", "4000000000000077", is_available_at_once=True),
    SandboxMethod("bypassPendingInternational", "4000003720000278", country="IE", is_available_at_once=True),
    SandboxMethod("pendingRefund", "4000000000007726", refund="pending"),
    SandboxMethod("refundFail", "4000000000005126", refund="fails"),
    SandboxMethod("sepa_debit", "DE89370400440532013000", kind="sepa_debit", country="DE"),
    SandboxMethod(
        "sepa_debit_fails", "DE62370400440532013001", kind="sepa_debit", country="DE", fails_when_settled=True
    ),
    SandboxMethod(
        "sepa_debit_disputed", "DE35370400440532013002", kind="sepa_debit", country="DE", dispute="debit_not_authorized"
    ),
    SandboxMethod("bacs_debit", "00012345", kind="bacs_debit", country="GB"),
    SandboxMethod("bacs_debit_fails", "22222227", kind="bacs_debit", country="GB", fails_when_settled=True),
)

BY_NUMBER = {method.number: method for method in _ALL}
BY_NAME = {method.name: method for method in _ALL}
_ALIASES = {"visa_chargeDeclined": "chargeDeclined", "authenticationRequiredOnSetup": "authenticationRequiredOnSetup"}

FAILING_IBAN_ENDS = ("3202", "3204")
FAILING_IBANS = {"IT60X0542811101000000123456"}
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")

DEBIT_OF_CURRENCY = {"eur": "sepa_debit", "gbp": "bacs_debit"}


def by_number(text: str) -> SandboxMethod | None:
    """Return the test method of a typed number, or None. Spaces and dashes are ignored."""
    number = text.replace(" ", "").replace("-", "").upper()
    return BY_NUMBER.get(number) or _iban(number)


def _iban(number: str) -> SandboxMethod | None:
    """Return a method for an IBAN with correct check digits, or None. Debits fail for the IBANs in FAILING_*."""
    if (
        not _IBAN.fullmatch(number)
        or int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 != 1
    ):
        return None
    fails = number.endswith(FAILING_IBAN_ENDS) or number in FAILING_IBANS
    return SandboxMethod("iban", number, kind="sepa_debit", country=number[:2], fails_when_settled=fails)


def by_shared_id(shared_id: str) -> SandboxMethod | None:
    """Return the test method of a shared id such as `pm_card_visa` or `tok_visa`, or None."""
    for prefix in ("pm_card_", "tok_", "pm_"):
        if shared_id.startswith(prefix):
            name = shared_id.removeprefix(prefix)
            return BY_NAME.get(_ALIASES.get(name, name)) or BY_NAME.get(name.removeprefix("visa_"))
    return None
