"""Check the database: its version, its migrations, its clock, the secret keys it was used with, and its backups."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.database.fitness import unfit_reason
from service.database.migrate import known_revisions
from service.database.transaction import committed
from service.operations.backups_store import LastBackups, last_backups
from service.operations.doctor.facts_store import DatabaseFacts, database_facts
from service.operations.doctor.machine import examine_skew
from service.operations.keys import are_keys_known
from service.reconciliation.doctor import SetupFinding
from service.services import Services
from service.settings import Settings

MAX_BACKUP_AGE = timedelta(hours=26)  # one a night, and two hours for it
MAX_VERIFIED_AGE = timedelta(days=35)


def examine_schema(services: Services) -> tuple[SetupFinding, ...]:
    """Check that this is a database of this version. The other checks need that. Raise StoreUnavailableError."""
    with committed(services.engine) as connection:
        facts = database_facts(connection)
    findings = [examine_version(facts), examine_revision(facts)]
    if all(finding.is_fine for finding in findings):
        findings.append(examine_tables(facts))
    return tuple(findings)


def examine_contents(services: Services) -> Iterator[SetupFinding]:
    """Run every other check of the database. Raise StoreUnavailableError if it cannot be read."""
    with committed(services.engine) as connection:
        now = services.clock()
        yield examine_skew("the database's", database_facts(connection).now, now)
        yield examine_keys(is_known=are_keys_known(connection, services.keys))
        yield from examine_backups(services.settings, last_backups(connection), now)


def examine_version(facts: DatabaseFacts) -> SetupFinding:
    """Check that PostgreSQL is new enough, and that the database can hold every text."""
    remedy = unfit_reason(facts.version_number, facts.encoding)
    return SetupFinding(not remedy, f"PostgreSQL {facts.version}, {facts.encoding}, signed in as {facts.login}", remedy)


def examine_tables(facts: DatabaseFacts) -> SetupFinding:
    """Check that no table was lost."""
    if not facts.missing_tables:
        return SetupFinding(True, "the database has all its tables")
    what = f"tables are missing in the database: {', '.join(facts.missing_tables)}"
    remedy = "Stop the service and the workers, and restore the newest backup; see docs/operate/restore.md."
    return SetupFinding(False, what, remedy)


def examine_revision(facts: DatabaseFacts) -> SetupFinding:
    """Check that the database has the migrations of this version of the service."""
    known = known_revisions()
    if facts.revision == known[-1]:
        return SetupFinding(True, f"the database is migrated to {facts.revision}")
    what = f"the database is at {facts.revision or 'no revision'}, and this version of the service needs {known[-1]}"
    if facts.revision is None or facts.revision in known:
        return SetupFinding(False, what, "Run `migrate`.")
    return SetupFinding(False, what, "Another version migrated it: run that version of the service.")


def examine_keys(*, is_known: bool) -> SetupFinding:
    """Check that one of SECRET_KEYS was used with this database before."""
    if is_known:
        return SetupFinding(True, "SECRET_KEYS belong to this database")
    return SetupFinding(
        False,
        "none of SECRET_KEYS was used with this database: tokens are refused, and readers have no history",
        "Put the old key back, behind a new one if you want. If it is lost for good, run `accept-keys`.",
    )


def examine_backups(settings: Settings, last: LastBackups, now: datetime) -> Iterator[SetupFinding]:
    """Check that there is a backup of last night, and one that was restored for a check in the last month."""
    made = _examine_age("backup", last.made_at, now, MAX_BACKUP_AGE, "Run `backup` every night.")
    remedy = "Run `restore --check` with the newest backup."
    verified = _examine_age("verified backup", last.verified_made_at, now, MAX_VERIFIED_AGE, remedy)
    for finding in (made, verified):
        is_only_advice = not settings.is_livemode and last.made_at is None
        yield SetupFinding(finding.is_fine or is_only_advice, finding.what, finding.remedy)


def _examine_age(what: str, at: datetime | None, now: datetime, most: timedelta, remedy: str) -> SetupFinding:
    if at is None:
        return SetupFinding(False, f"there is no {what}", remedy)
    age = now - at
    text = f"the newest {what} is {age.total_seconds() / 3600:.0f} hours old"
    return SetupFinding(age <= most, text, "" if age <= most else remedy)
