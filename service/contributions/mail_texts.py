"""What our mails say. Plain text, short, and nothing in it that a stranger could use."""

from dataclasses import dataclass
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from service.contributions.contribution import Contribution
from service.contributions.mail_kinds import MailKind
from service.money import Money, major_text


@dataclass(frozen=True, slots=True)
class MailText:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail is filled with. `link` leads to where something can be done about it."""

    site_name: str
    contribution: Contribution
    link: str
    subject_id: str | None


_TEXTS: dict[MailKind, tuple[str, str]] = {
    MailKind.PAYMENT_PENDING: (
        "Your contribution to {site} is on its way",
        (
            "Thank you. Your bank is transferring {amount} to {site}. This can take several working days.\n"
            "You will hear from us only if it does not arrive."
        ),
    ),
    MailKind.PAYMENT_FAILED: (
        "Your contribution to {site} did not arrive",
        (
            "Your bank did not transfer {amount} to {site}. You have not been charged.\n"
            "If you would still like to contribute: {link}"
        ),
    ),
    MailKind.RENEWAL_FAILED: (
        "Your contribution to {site} could not be renewed",
        (
            "We could not take your regular contribution of {amount} to {site}.\n"
            "Often a card has expired. You can change it, or end your contribution, here: {link}"
        ),
    ),
    MailKind.CANCEL_CONFIRMED: (
        "Your contribution to {site} will end",
        (
            "As you asked, your regular contribution to {site} ends on {ends_on}. Nothing is taken after that.\n"
            "If you change your mind until then: {link}"
        ),
    ),
    MailKind.ENDED: (
        "Your contribution to {site} has ended",
        "Your regular contribution to {site} has ended. Nothing more will be taken. Thank you for your support.",
    ),
    MailKind.REFUNDED: (
        "Your contribution to {site} has been refunded",
        "{site} has refunded {refunded}. Depending on your bank it arrives within ten working days.",
    ),
    MailKind.PORTAL_LINK: (
        "Your link to manage your contribution to {site}",
        (
            "Open this link to manage your contribution to {site}. It works once, for 30 minutes:\n{link}\n"
            "If you did not ask for it, do nothing."
        ),
    ),
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
}


def mail_text(kind: MailKind, facts: MailFacts) -> MailText:
    """The text of one mail; amounts and dates as the contributor's language writes them."""
    subject, body = _TEXTS[kind]
    attempt, life = facts.contribution.attempt, facts.contribution.life
    values = {
        "site": facts.site_name,
        "amount": money_text(life.recurring or attempt.amount, attempt.language),
        "refunded": money_text(Money(life.refunded_minor, attempt.amount.currency), attempt.language),
        "ends_on": format_date(life.ends_at, "long", locale=_locale(attempt.language)) if life.ends_at else "",
        "link": facts.link,
        "subject_id": facts.subject_id or "",
        "contribution": facts.contribution.id,
    }
    return MailText(subject.format(**values), body.format(**values) + "\n")


def money_text(money: Money, language: str) -> str:
    """An amount as people of that language write it."""
    return format_currency(
        Decimal(major_text(money.amount_minor, money.currency)), money.currency, locale=_locale(language)
    )


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
