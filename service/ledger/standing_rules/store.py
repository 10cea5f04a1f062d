"""The table of standing rules. Rows are only ever added; the newest row of a category is in force."""

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Identity, Table, Text, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.ledger.standing_rules.rule import StandingRule, StandingRules

standing_rules = Table(
    "standing_rules",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("category", Text, nullable=False),
    Column("account", Text, ForeignKey("ledger_accounts.code")),
    Column("after_seq", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
)


def read_rules(connection: Connection) -> StandingRules:
    """Return every decision on a standing rule, the oldest first."""
    rows = connection.execute(select(standing_rules).order_by(standing_rules.c.number))
    return StandingRules(
        [
            StandingRule(row.category, row.account, row.after_seq, row.why, row.decided_by, row.decided_at)
            for row in rows
        ]
    )


def insert_rule(connection: Connection, rule: StandingRule) -> None:
    """Save a decision on a standing rule."""
    values = {name: getattr(rule, name) for name in StandingRule.__slots__}
    connection.execute(insert(standing_rules).values(values))
