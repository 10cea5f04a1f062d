"""Mail to staff about facts that need attention at once, such as a failed payout."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from service.contributions.mail.kinds import DueMail, MailKind, is_recent
from service.stripe_gateway.facts import BalanceTransaction, Charge, Invoice, Payout, Subscription
from service.stripe_gateway.fetched import Fact, FraudWarning, LapsedMandate


def alerts_for(facts: Iterable[Fact], now: datetime) -> tuple[DueMail, ...]:
    """Return the recent alerts that these facts call for. The outbox drops those it already has, by their key."""
    return tuple(mail for mail in _alerts(tuple(facts), now) if is_recent(mail, now))


def _alerts(facts: tuple[Fact, ...], now: datetime) -> Iterator[DueMail]:
    owners = {fact.id: fact.contribution for fact in facts if isinstance(fact, Charge | Subscription)}
    transaction_at = {fact.id: fact.created_at for fact in facts if isinstance(fact, BalanceTransaction)}
    for fact in facts:
        caused_at = getattr(fact, "created_at", now)  # a mandate does not say when it lapsed
        match fact:
            case FraudWarning(is_actionable=True) if owner := owners.get(fact.charge_id):
                kind, contribution_id, subject_id = MailKind.FRAUD_WARNING, owner.contribution_id, fact.charge_id
            case Invoice(status="draft", finalization_error=str(), contribution=owner) if owner is not None:
                kind, contribution_id, subject_id = MailKind.INVOICE_STUCK, owner.contribution_id, fact.id
            case LapsedMandate() if owner := owners.get(fact.subscription_id):
                kind, contribution_id, subject_id = MailKind.MANDATE_LAPSED, owner.contribution_id, fact.id
            case Payout(status="failed"):
                kind, contribution_id, subject_id = MailKind.PAYOUT_FAILED, "", fact.id
                caused_at = transaction_at.get(fact.failure_balance_transaction_id or "", fact.created_at)
            case _:
                continue
        yield DueMail(f"{kind}:{fact.id}", kind, contribution_id, caused_at, subject_id)
