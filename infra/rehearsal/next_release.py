"""A next release for a rehearsed upgrade: this code with one more column in two tables, and two migrations for it.

The first migration expands: it adds the column, fills it, and goes on filling it for processes of the release before,
which do not know it. The second contracts: from then on a process of the release before could not write these tables.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from service.database.migrate import known_revisions

ROOT = Path(__file__).parents[2]
PARTS = ("service", "schemas")
VERSIONS = Path("service/database/migrations/versions")
EXPAND, CONTRACT = "0098_expand", "0099_contract"
COLUMN = '    Column("written_by", Text, nullable=False, default="the next release"),\n'
TABLES = {  # web processes insert contributions, and workers insert charges
    "contributions": Path("service/contributions/store.py"),
    "charges": Path("service/stripe_facts/tables_store.py"),
}
EXPANDED = """
ALTER TABLE {table} ADD COLUMN written_by TEXT;
UPDATE {table} SET written_by = 'the release before';
CREATE FUNCTION {table}_written_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written_by := coalesce(NEW.written_by, 'the release before');
    RETURN NEW;
END
$$;
CREATE TRIGGER {table}_written_by BEFORE INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_written_by();
"""
CONTRACTED = """
DROP TRIGGER {table}_written_by ON {table};
DROP FUNCTION {table}_written_by();
ALTER TABLE {table} ALTER COLUMN written_by SET NOT NULL;
"""
MIGRATION = '''"""A migration of the rehearsal."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute("""{statements}""")
'''


@dataclass(frozen=True, slots=True)
class NextRelease:
    """The code of the next release in a folder of its own."""

    root: Path

    @classmethod
    def written(cls, root: Path) -> "NextRelease":
        """Write the code, with the migration that expands."""
        for part in PARTS:
            shutil.copytree(ROOT / part, root / part)
        shutil.copy(ROOT / "wsgi.py", root)
        for table, store in TABLES.items():
            _add_column(root / store, table)
        release = cls(root)
        release._add_migration(EXPAND, known_revisions()[-1], EXPANDED)
        return release

    def add_contraction(self) -> None:
        """Add the migration that contracts, as the release after this one would bring it."""
        self._add_migration(CONTRACT, EXPAND, CONTRACTED)

    def _add_migration(self, revision: str, before: str, statements: str) -> None:
        text = "".join(statements.format(table=table) for table in TABLES)
        content = MIGRATION.format(revision=revision, before=before, statements=text)
        (self.root / VERSIONS / f"{revision}.py").write_text(content, encoding="utf-8")


def _add_column(store: Path, table: str) -> None:
    """Add the column to the description of a table. Raise ValueError if the table is not described there."""
    beginning = f'{table} = Table(\n    "{table}",\n    metadata,\n'
    before, found, after = store.read_text(encoding="utf-8").partition(beginning)
    if not found:
        raise ValueError(f"{store} does not describe {table}")
    store.write_text(before + found + COLUMN + after, encoding="utf-8")
