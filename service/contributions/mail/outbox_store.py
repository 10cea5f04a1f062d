"""SQL of the mail outbox. A mail's recipient is not stored here but found when the mail is sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Connection, Index, Integer, Table, Text, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from service.contributions.mail.kinds import DueMail, MailKind
from service.database.columns import INSTANT
from service.database.metadata import metadata


class MailStatus(StrEnum):
    """The status of a mail in the outbox.

    A mail keeps `sending` if its process crashes. It may have been sent by then, so it is not sent again.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    DEAD = "dead"


mail_outbox = Table(
    "mail_outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("contribution_id", Text, nullable=False),
    Column("subject_id", Text),
    Column("caused_at", INSTANT, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt_count", Integer, nullable=False),
    Column("next_attempt_at", INSTANT, nullable=False),
    Column("finished_at", INSTANT),
    Column("last_error", Text),
    CheckConstraint("status IN ('waiting', 'sending', 'sent', 'dropped', 'dead')", name="status"),
    Index(None, "contribution_id"),
    Index(None, "next_attempt_at", postgresql_where=text("status = 'waiting'")),
)


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """A mail from the outbox that is about to be sent. `attempt_count` includes the coming attempt."""

    key: str
    kind: MailKind
    contribution_id: str
    subject_id: str | None
    attempt_count: int


def add_mail(connection: Connection, mail: DueMail, now: datetime) -> None:
    """Add a mail to the outbox, unless the outbox already has a mail with its key."""
    statement = insert(mail_outbox).values(
        key=mail.key,
        kind=mail.kind.value,
        contribution_id=mail.contribution_id,
        subject_id=mail.subject_id,
        caused_at=mail.caused_at,
        status=MailStatus.WAITING.value,
        attempt_count=0,
        next_attempt_at=now,
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


def take_mail(connection: Connection, now: datetime) -> OutboxMail | None:
    """Mark the mail that has been due for the longest time as `sending` and return it. Return None if none is due."""
    c = mail_outbox.c
    due = (
        select(c.key)
        .where(c.status == MailStatus.WAITING.value, c.next_attempt_at <= now)
        .order_by(c.next_attempt_at, c.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(mail_outbox)
        .where(c.key == due.scalar_subquery())
        .values(status=MailStatus.SENDING.value, attempt_count=c.attempt_count + 1)
        .returning(c.key, c.kind, c.contribution_id, c.subject_id, c.attempt_count)
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    return OutboxMail(row.key, MailKind(row.kind), row.contribution_id, row.subject_id, row.attempt_count)


def finish_mail(connection: Connection, key: str, status: MailStatus, now: datetime) -> None:
    """Save the final status of a mail."""
    statement = update(mail_outbox).where(mail_outbox.c.key == key)
    connection.execute(statement.values(status=status.value, finished_at=now, last_error=None))


def return_mail(connection: Connection, key: str, error: str, next_attempt_at: datetime | None) -> None:
    """Put a mail that was certainly not sent back into the outbox. Without a next attempt it is dead."""
    status = MailStatus.DEAD if next_attempt_at is None else MailStatus.WAITING
    values: dict[str, object] = {"status": status.value, "last_error": error}
    if next_attempt_at is not None:
        values["next_attempt_at"] = next_attempt_at
    connection.execute(update(mail_outbox).where(mail_outbox.c.key == key).values(values))


def delete_old_mail(connection: Connection, before: datetime) -> int:
    """Delete the mails that were caused and last due before an instant. Return how many there were."""
    c = mail_outbox.c
    return connection.execute(mail_outbox.delete().where(c.caused_at < before, c.next_attempt_at < before)).rowcount


def unsent_mail(connection: Connection) -> dict[str, int]:
    """Count mails that could not be sent, by the last error.

    A mail may have been sent if its process ended in between; its error is then "the process ended while sending".
    """
    unsent = mail_outbox.c.status.in_((MailStatus.DEAD.value, MailStatus.SENDING.value))
    error = func.coalesce(mail_outbox.c.last_error, "the process ended while sending").label("error")
    rows = connection.execute(select(error, func.count()).where(unsent).group_by(error).order_by(error))
    return {str(error): count for error, count in rows}


def oldest_due_mail(connection: Connection, now: datetime) -> datetime | None:
    """Return since when the oldest mail has waited that is due, or None if no mail is due."""
    c = mail_outbox.c
    is_due = (c.status == MailStatus.WAITING.value) & (c.next_attempt_at <= now)
    found: datetime | None = connection.scalar(select(func.min(c.next_attempt_at)).where(is_due))
    return found


def mail_counts(connection: Connection) -> dict[str, int]:
    """Count mails that wait and mails that could not be sent (`dead`), for the metrics."""
    status, counted = mail_outbox.c.status, (MailStatus.WAITING, MailStatus.DEAD)
    statement = select(status, func.count()).where(status.in_([status.value for status in counted])).group_by(status)
    found = {MailStatus(status): count for status, count in connection.execute(statement)}
    return {status.value: found.get(status, 0) for status in counted}
