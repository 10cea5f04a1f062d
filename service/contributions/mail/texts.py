"""What our mails say. Plain text, short, and nothing in it that a stranger could use.

Readers are written to in the language they gave in; those texts stand with the texts of the pages.
"""

from dataclasses import dataclass

from service.contributions.contribution import Contribution
from service.contributions.mail.kinds import STAFF_KINDS, MailKind
from service.money import Money
from service.pages.language import Language, language


@dataclass(frozen=True, slots=True)
class MailText:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail is filled with. `link` leads to where something can be done about it.

    `contribution` is None only in mail to staff that concerns no single one.
    """

    site_name: str
    contribution: Contribution | None
    link: str
    subject_id: str | None


_STAFF_TEXTS: dict[MailKind, tuple[str, str]] = {
    MailKind.DISPUTE_OPENED: (
        "[{site}] A contribution is disputed",
        "Dispute {subject_id} concerns contribution {contribution}. Answer it in Stripe's dashboard before it is due.",
    ),
    MailKind.REFUND_FAILED: (
        "[{site}] A refund failed",
        "Refund {subject_id} of contribution {contribution} did not reach the contributor; the money is back with you.",
    ),
    MailKind.FRAUD_WARNING: (
        "[{site}] Early fraud warning",
        "Charge {subject_id} of contribution {contribution} was reported as fraud. Refunding it now avoids a dispute.",
    ),
    MailKind.INVOICE_STUCK: (
        "[{site}] A renewal is stuck",
        (
            "Stripe could not finalise invoice {subject_id} of contribution {contribution}, so takes nothing for it.\n"
            "The invoice says why in Stripe's dashboard, often a missing address or tax setting. Finalise it there."
        ),
    ),
    MailKind.MANDATE_LAPSED: (
        "[{site}] A debit mandate lapsed",
        (
            "Mandate {subject_id} of contribution {contribution} is in force no more, so the next debit will fail.\n"
            "Ask the contributor for another payment method; the page they manage their contribution on takes it."
        ),
    ),
    MailKind.PAYOUT_FAILED: (
        "A payout failed",
        (
            "Payout {subject_id} did not reach your bank; the money is back on your Stripe balance.\n"
            "Look at the bank account in Stripe's dashboard: payouts stay off until it is put right."
        ),
    ),
}


def mail_text(kind: MailKind, facts: MailFacts) -> MailText:
    """The text of one mail; amounts and dates as the reader's language writes them, staff are written to in English."""
    if kind in STAFF_KINDS:
        subject, body = _STAFF_TEXTS[kind]
        contribution_id = facts.contribution.id if facts.contribution else ""
        values = {"site": facts.site_name, "subject_id": facts.subject_id or "", "contribution": contribution_id}
        return MailText(subject.format(**values), body.format(**values) + "\n")
    if facts.contribution is None:
        raise ValueError(f"a reader's mail without a contribution: {kind}")
    spoken = language(facts.contribution.attempt.language)
    values = _values(spoken, facts, facts.contribution)
    return MailText(spoken.text(f"mail_{kind}_subject", **values), spoken.text(f"mail_{kind}_body", **values) + "\n")


def _values(spoken: Language, facts: MailFacts, contribution: Contribution) -> dict[str, str]:
    attempt, life = contribution.attempt, contribution.life
    return {
        "site": facts.site_name,
        "amount": spoken.amount(life.recurring or attempt.amount),
        "refunded": spoken.amount(Money(life.refunded_minor, attempt.amount.currency)),
        "ends_on": spoken.day(life.ends_at) if life.ends_at else "",
        "renews_on": spoken.day(life.paid_until) if life.paid_until else "",
        "link": facts.link,
    }
