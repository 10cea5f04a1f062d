"""The texts of mails: plain, short, and without anything a stranger could misuse.

Mail to readers is in the language of their contribution; its texts are in service/pages/locales. Mail to staff is in
English.
"""

from dataclasses import dataclass

from service.contributions.contribution import Contribution
from service.contributions.mail.kinds import STAFF_KINDS, MailKind
from service.money import Money
from service.pages.language import Language, language


@dataclass(frozen=True, slots=True)
class MailText:
    """The subject and the plain text of a mail."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MailFacts:
    """The values in a mail's text. `link`: the address at which the reader can act on the mail.

    `amount`: that of the refund or invoice that the mail is about, None for other mail. `contribution` is None only in
    mail to staff that is not about a single contribution.
    """

    site_name: str
    contribution: Contribution | None
    link: str
    subject_id: str | None
    amount: Money | None = None


_STAFF_TEXTS: dict[MailKind, tuple[str, str]] = {
    MailKind.DISPUTE_OPENED: (
        "[{site}] A contribution is disputed",
        (
            "A bank opened dispute {subject_id} about contribution {contribution}.\n"
            "Answer it in Stripe's dashboard before its deadline."
        ),
    ),
    MailKind.REFUND_FAILED: (
        "[{site}] A refund failed",
        (
            "Refund {subject_id} of contribution {contribution} did not reach the contributor.\n"
            "The money is back on your Stripe balance. Please refund the contributor in another way."
        ),
    ),
    MailKind.FRAUD_WARNING: (
        "[{site}] Early fraud warning",
        (
            "Charge {subject_id} of contribution {contribution} was reported as fraud.\n"
            "If you refund it now, you avoid a dispute."
        ),
    ),
    MailKind.INVOICE_STUCK: (
        "[{site}] A renewal is stuck",
        (
            "Stripe could not finalise invoice {subject_id} of contribution {contribution}, so it takes no payment.\n"
            "Stripe's dashboard shows the reason on the invoice, often a missing address or tax setting.\n"
            "Correct it and finalise the invoice there."
        ),
    ),
    MailKind.MANDATE_LAPSED: (
        "[{site}] A direct debit mandate has ended",
        (
            "Mandate {subject_id} of contribution {contribution} is no longer valid, so the next payment will fail.\n"
            "Ask the contributor for another payment method. They can add it on the page for managing contributions."
        ),
    ),
    MailKind.PAYOUT_FAILED: (
        "A payout failed",
        (
            "Payout {subject_id} did not reach your bank. The money is back on your Stripe balance.\n"
            "Check the bank account in Stripe's dashboard. Payouts are off until it is corrected."
        ),
    ),
}


def mail_text(kind: MailKind, facts: MailFacts) -> MailText:
    """Return the text of a mail, with amounts and dates in the format of the reader's language."""
    if kind in STAFF_KINDS:
        subject, body = _STAFF_TEXTS[kind]
        contribution_id = facts.contribution.id if facts.contribution else ""
        values = {"site": facts.site_name, "subject_id": facts.subject_id or "", "contribution": contribution_id}
        return MailText(subject.format(**values), body.format(**values) + "\n")
    if facts.contribution is None:
        raise ValueError(f"mail to a reader needs a contribution: {kind}")
    texts = language(facts.contribution.attempt.language)
    values = _values(texts, facts, facts.contribution)
    return MailText(texts.text(f"mail_{kind}_subject", **values), texts.text(f"mail_{kind}_body", **values) + "\n")


def _values(texts: Language, facts: MailFacts, contribution: Contribution) -> dict[str, str]:
    attempt, lifecycle = contribution.attempt, contribution.lifecycle
    return {
        "site": facts.site_name,
        "amount": texts.amount(facts.amount or lifecycle.recurring or attempt.amount),
        "ends_on": texts.day(lifecycle.ends_at) if lifecycle.ends_at else "",
        "renews_on": texts.day(lifecycle.paid_until) if lifecycle.paid_until else "",
        "link": facts.link,
    }
