"""Commands for entries by a person: `ledger open-items`, `reclassify`, `write-off`, `settle`, `enter` and so on."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.ledger.accounts import OPEN_ITEM_ACCOUNTS, Account
from service.ledger.accounts_store import chart_of_accounts
from service.ledger.manual import entering
from service.ledger.manual.clearing import Clearing, clear_items, exact_minor
from service.ledger.manual.entering import BookedUnder, Bookkeeping, Draft, SavedEntry
from service.ledger.manual.entry import ManualEntry, ManualKind
from service.ledger.manual.open_items_store import open_items
from service.ledger.manual.own_accounts import add_account
from service.ledger.manual.store import decisions_on, list_manual
from service.money import major_text
from service.services import current_services

MAX_LISTED = 500
MAX_NAMED = 5

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_BY = click.option("--by", required=True, help="The name of the person; saved with the entry.")
_WHY = click.option("--why", required=True, help="The reason, without personal data; saved and shown in the journal.")
_ON = click.option("--on", "day", type=_DAY, help="The accounting day, which must be open.")
_AMOUNT = click.option("--amount", help="Only this much of the item, in major units such as 5.00.")
_ACCOUNT = click.option("--account", help="The account of the item, if it has amounts on several.")
_CATEGORY = click.option("--category", help="All open items of this category in place of ids.")
_SITE = click.option("--site", help="The site to book it under. Default: that of the object's contribution.")
_CAMPAIGN = click.option("--campaign", help="The campaign to book it under.")
_FUND = click.option("--fund", help="The fund or budget code to book it under.")
_IDS = click.argument("ids", metavar="[ID]...", nargs=-1)


def _entry_command(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every new entry: what it is booked under, its day, who and why."""
    for option in (with_appcontext, _WHY, _BY, _ON, _FUND, _CAMPAIGN, _SITE):
        command = option(command)
    return command


def books() -> Bookkeeping:
    """Return the books of this service, as they are now."""
    services = current_services()
    settings = services.settings
    return Bookkeeping(services.engine, settings.accounting_zone, services.clock(), settings.approval_limits)


@click.command("open-items")
@with_appcontext
def show_open_items() -> None:
    """List what has to be reclassified, written off or settled: accounts 2300, 4900 and 9900, object by object."""
    with connected(current_services().engine) as connection:
        items = open_items(connection)
        chart = chart_of_accounts(connection)
    for account in OPEN_ITEM_ACCOUNTS:
        of_account = [item for item in items if item.account is account]
        click.echo(f"{account} {chart[account].name}: {len(of_account)} open")
        for item in of_account:
            amount = f"{major_text(item.amount_minor, item.currency)} {item.currency}"
            click.echo(f"  {amount:>16}  {item.subject_id}  since {item.opened_on}  {item.category}")


def _clearing_command(name: str, kind: ManualKind, about: str, to: str | None) -> click.Command:
    """Return a command that clears open items."""

    @click.command(name, help=about)
    @_IDS
    @click.option("--to", required=to is None, default=to, show_default=True, help="The account that takes the amount.")
    @_AMOUNT
    @_ACCOUNT
    @_CATEGORY
    @_entry_command
    def command(ids: tuple[str, ...], category: str | None, day: datetime | None, **given: Any) -> None:
        if bool(ids) == bool(category):
            raise click.UsageError("Name the items by their ids, or all of a category with --category.")
        clearing = Clearing(kind, day=_date(day), under=_under(given), **given)
        _save(lambda: clear_items(books(), clearing, ids, category))

    return command


reclassify = _clearing_command(
    "reclassify",
    ManualKind.RECLASSIFY,
    "Move what an object has left on 9900, 4900 or 2300 to another account. ID names the object, its balance "
    "transaction or its entry. The default day is that of the item, or the first open day.",
    None,
)
write_off = _clearing_command(
    "write-off",
    ManualKind.WRITE_OFF,
    "Give up what an object has left on an account, such as a failed refund that cannot be paid to the contributor. "
    "The default day is that of the item, or the first open day.",
    None,
)
settle = _clearing_command(
    "settle",
    ManualKind.SETTLE,
    "Settle by hand what an object has left, such as a failed refund that was paid from the bank. "
    "The default day is today.",
    Account.BANK.value,
)


@click.command()
@click.option("--debit", "debits", multiple=True, metavar="ACCOUNT=AMOUNT", help="A debit. Can be repeated.")
@click.option("--credit", "credits_", multiple=True, metavar="ACCOUNT=AMOUNT", help="A credit. Can be repeated.")
@click.option("--currency", required=True, help="The currency of the entry, such as EUR.")
@click.option("--about", "subject_id", help="The object that the entry is about; needed for 9900, 4900 and 2300.")
@_entry_command
def enter(debits: tuple[str, ...], credits_: tuple[str, ...], day: datetime | None, **given: Any) -> None:
    """Post an entry of any accounts that Stripe does not decide. The default day is today."""

    under = _under(given)

    def save() -> list[SavedEntry]:
        currency = given["currency"]
        lines = [*_lines(debits, currency, 1), *_lines(credits_, currency, -1)]
        if len(lines) < 2:
            raise click.UsageError("An entry needs at least a --debit and a --credit, such as --debit 5110=5.00.")
        return entering.enter(books(), [Draft(ManualKind.ENTER, lines=lines, day=_date(day), under=under, **given)])

    _save(save)


@click.command()
@click.argument("manual_id", metavar="ID")
@_ON
@_BY
@_WHY
@with_appcontext
def reverse(manual_id: str, day: datetime | None, by: str, why: str) -> None:
    """Take an entry by a person back with another entry. The default day is today."""
    _save(lambda: [entering.reverse(books(), manual_id, by, why, _date(day))])


@click.command()
@_IDS
@click.option("--all", "is_all", is_flag=True, help="All entries that wait, as `ledger entries --waiting` lists them.")
@_BY
@with_appcontext
def approve(ids: tuple[str, ...], is_all: bool, by: str) -> None:
    """Approve and post entries that wait for a second person. If one cannot be posted, none is."""
    if bool(ids) == is_all:
        raise click.UsageError("Name the entries by their ids, or all that wait with --all.")
    if is_all:
        with connected(current_services().engine) as connection:
            ids = tuple(manual.id for manual in list_manual(connection, only_waiting=True, limit=MAX_LISTED))
    _save(lambda: entering.approve(books(), ids, by))


@click.command()
@click.argument("manual_id", metavar="ID")
@_BY
@_WHY
@with_appcontext
def refuse(manual_id: str, by: str, why: str) -> None:
    """Refuse an entry that waits for a second person, or withdraw it."""
    try:
        entering.refuse(books(), manual_id, by, why)
    except DomainError as error:
        sys.exit(f"Nothing was changed: {error}")
    click.echo(f"{manual_id} is refused.")


@click.command("entries")
@click.option("--waiting", "only_waiting", is_flag=True, help="Only entries that wait for a second person.")
@with_appcontext
def show_entries(only_waiting: bool) -> None:
    """List the newest entries by a person, with who proposed and who decided."""
    with connected(current_services().engine) as connection:
        listed = list_manual(connection, only_waiting=only_waiting, limit=MAX_LISTED)
        decisions = decisions_on(connection, [manual.id for manual in listed])
    for manual in listed:
        decision = decisions.get(manual.id)
        became = f"{decision.outcome} by {decision.decided_by}" if decision else "waits for a second person"
        click.echo(f"{manual.id}  {_summary(manual)}")
        click.echo(f"  proposed by {manual.proposed_by}: {manual.why}; {became}")
    if not listed:
        click.echo("There are none.")


@click.group("accounts")
def own_accounts() -> None:
    """List the chart of accounts, and add accounts of your own."""


@own_accounts.command("list")
@with_appcontext
def list_accounts() -> None:
    """List every account with its kind."""
    with connected(current_services().engine) as connection:
        for account in chart_of_accounts(connection).values():
            click.echo(f"{account.code}  {account.kind:13}  {account.name}")


@own_accounts.command("add")
@click.argument("code")
@click.argument("name")
@with_appcontext
def add_own_account(code: str, name: str) -> None:
    """Add an account with four digits. The first says its kind: 1 asset, 2 liability, 4 income, 5 expense."""
    try:
        account = add_account(current_services().engine, code, name)
    except DomainError as error:
        sys.exit(f"Not added: {error}")
    click.echo(f"{account.code} {account.name} is an account now ({account.kind}).")


COMMANDS: tuple[click.Command, ...] = (
    show_open_items,
    reclassify,
    write_off,
    settle,
    enter,
    reverse,
    approve,
    refuse,
    show_entries,
    own_accounts,
)


def _save(save: Callable[[], Sequence[SavedEntry]]) -> None:
    """Save entries and print what became of them. Exit with the reasons if any is refused."""
    try:
        saved = save()
    except DomainError as error:
        sys.exit(f"Nothing was posted: {error}")
    for entry in saved:
        if entry.seq is not None:
            click.echo(f"Posted entry {entry.seq} {_summary(entry.manual)} ({entry.manual.id})")
        else:
            click.echo(f"Waits for a second person: {_summary(entry.manual)} ({entry.manual.id})")
    waiting = [entry.manual.id for entry in saved if entry.seq is None]
    if waiting:
        named = " ".join(waiting) if len(waiting) <= MAX_NAMED else "--all"
        click.echo(f"Another person approves with: flask --app wsgi ledger approve {named} --by NAME")


def _summary(manual: ManualEntry) -> str:
    """Return the amount, accounts, day and kind of an entry."""
    amount = f"{major_text(manual.amount_minor, manual.currency)} {manual.currency}"
    debits = ", ".join(_sorted_codes(manual.lines, 1))
    credited = ", ".join(_sorted_codes(manual.lines, -1))
    about = f", about {manual.subject_id}" if manual.subject_id else ""
    return f"{manual.accounting_date}: {manual.kind}, debit {debits}, credit {credited}, {amount}{about}"


def _sorted_codes(lines: Iterable[tuple[str, int]], sign: int) -> list[str]:
    return sorted(str(account) for account, amount_minor in lines if amount_minor * sign > 0)


def _lines(texts: Iterable[str], currency: str, sign: int) -> list[tuple[str, int]]:
    """Return the account and signed minor units of texts such as `5110=5.00`."""
    parts = [text.partition("=") for text in texts]
    return [(account.strip(), sign * exact_minor(amount, currency)) for account, _, amount in parts]


def _under(given: dict[str, Any]) -> BookedUnder:
    """Take what the entry is booked under out of the options."""
    return BookedUnder(given.pop("site"), given.pop("campaign"), given.pop("fund"))


def _date(day: datetime | None) -> date | None:
    return day.date() if day else None
