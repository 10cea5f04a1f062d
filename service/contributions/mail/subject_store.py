"""SQL for the amount of the refund or invoice that a mail is about."""

from sqlalchemy import Column, Connection, select

from service.contributions.mail.kinds import MailKind
from service.money import Money
from service.stripe_facts.tables_store import invoices, refunds

_AMOUNT: dict[MailKind, Column[int]] = {
    MailKind.REFUNDED: refunds.c.amount_minor,
    MailKind.RENEWAL_FAILED: invoices.c.amount_due_minor,
    MailKind.ACTION_NEEDED: invoices.c.amount_due_minor,
}


def amount_of_subject(connection: Connection, kind: MailKind, subject_id: str | None) -> Money | None:
    """Return the amount of a refund or of an invoice. Return None for a mail that is about neither."""
    if kind not in _AMOUNT:
        return None
    column = _AMOUNT[kind]
    c = column.table.c
    row = connection.execute(select(column, c.currency).where(c.id == subject_id)).first()
    return Money(*row) if row else None
