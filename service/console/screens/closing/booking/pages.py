"""`/console/close/items`: what waits on accounts that must be emptied, moving it, and agreeing to entries of others."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import flask
from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.console.frame import file_of, screen
from service.console.screens.closing.pages import KEY
from service.console.screens.closing.tables import ClosingTables
from service.console.screens.money.words import sentence
from service.database.transaction import committed, connected
from service.errors import DomainError
from service.ledger.accounts import OPEN_ITEM_ACCOUNTS, STRIPE_ACCOUNTS, Account
from service.ledger.accounts_store import chart_of_accounts
from service.ledger.manual.checks import ManualAmountError
from service.ledger.manual.clearing import Clearing, clear_items
from service.ledger.manual.entering import Bookkeeping, SavedEntry, approve, refuse
from service.ledger.manual.entry import ManualKind
from service.ledger.manual.open_items_store import OpenItem, open_items
from service.ledger.manual.store import list_manual
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role
from service.staff.record_store import write_record

MAX_WAITING = 200
KINDS = {
    ManualKind.RECLASSIFY: "Reclassify: it belongs to another account",
    ManualKind.SETTLE: "Settle: it was paid from the bank",
    ManualKind.WRITE_OFF: "Write off: it is given up",
}

blueprint = flask.Blueprint(
    "console_closing_booking", __name__, url_prefix="/console/close/items", template_folder="../templates"
)


@blueprint.get("")
@requires_person(Role.FINANCE)
def show_items() -> ResponseReturnValue:
    """Show the open items and the entries that wait for a second person."""
    return _items_screen({})


@blueprint.post("")
@requires_person(Role.FINANCE)
def book() -> ResponseReturnValue:
    """Move what an item has left to another account, with the reason."""
    form, person = request.form, current_person()
    subject = form.get("subject", "")
    try:
        kind = ManualKind(form.get("kind", ManualKind.RECLASSIFY))
        if kind is not ManualKind.SETTLE and not form.get("to"):
            return _not_booked("to", "Choose the account that takes the amount.")
        clearing = Clearing(
            kind,
            Account.BANK.value if kind is ManualKind.SETTLE else form.get("to", ""),
            person.name,
            form.get("why", ""),
            amount=form.get("amount", "").replace(",", ".").strip() or None,
            account=form.get("account") or None,
        )
        saved = clear_items(_books(), clearing, (subject,))
    except ManualAmountError as error:
        return _not_booked("amount", sentence(error))
    except DomainError as error:
        return _not_booked("why", sentence(error))
    except ValueError:
        return _not_booked("kind", "Choose what to do with the amount.")
    _record("book_entry", subject, saved)
    return _back(saved)


@blueprint.post("/<manual_id>/approve")
@requires_person(Role.FINANCE)
def agree(manual_id: str) -> ResponseReturnValue:
    """Post an entry that another person proposed."""
    return _decided(lambda: approve(_books(), [manual_id], current_person().name), "approve_entry", manual_id)


@blueprint.post("/<manual_id>/refuse")
@requires_person(Role.FINANCE)
def decline(manual_id: str) -> ResponseReturnValue:
    """Refuse an entry that waits, or withdraw it."""

    def act() -> Sequence[SavedEntry]:
        refuse(_books(), manual_id, current_person().name, request.form.get("why", ""))
        return ()

    return _decided(act, "refuse_entry", manual_id)


def _not_booked(field: str, problem: str) -> ResponseReturnValue:
    """Show the items again, with what is wrong in a field of the form that was sent."""
    return _items_screen({field: problem}, request.form), HTTPStatus.UNPROCESSABLE_ENTITY


def _decided(act: Callable[[], Sequence[SavedEntry]], name: str, manual_id: str) -> ResponseReturnValue:
    try:
        saved = act()
    except DomainError as error:
        return _items_screen({"waiting": sentence(error)}), HTTPStatus.CONFLICT
    _record(name, manual_id, saved)
    return _back(saved)


def _items_screen(errors: Mapping[str, str], typed: Mapping[str, str] | None = None) -> str | Response:
    services = current_services()
    with connected(services.engine) as connection:
        chart = chart_of_accounts(connection)
        items = open_items(connection)
        if typed is not None:
            errors = {_field_id(items, typed, field): problem for field, problem in errors.items()}
        waiting = list_manual(connection, only_waiting=True, limit=MAX_WAITING)
    targets = [("", "Choose an account")]
    targets += [
        (account.code, f"{account.code} {account.name}")
        for account in chart.values()
        if account.code not in STRIPE_ACCOUNTS and account.code not in OPEN_ITEM_ACCOUNTS
    ]
    tables = ClosingTables(services.clock(), services.settings.accounting_zone)
    return file_of(tables.items(items), tables.waiting(waiting)) or screen(
        "closing/items.html",
        KEY,
        "Which amounts need a decision?",
        items=items,
        waiting=waiting,
        chart=chart,
        targets=targets,
        kinds=[(kind.value, words) for kind, words in KINDS.items()],
        errors=errors,
        typed=typed or {},
    )


def _books() -> Bookkeeping:
    services = current_services()
    settings = services.settings
    return Bookkeeping(services.engine, settings.accounting_zone, services.clock(), settings.approval_limits)


def _record(act: str, subject: str, saved: Sequence[SavedEntry]) -> None:
    services = current_services()
    details = {"entries": [{"id": entry.manual.id, "seq": entry.seq} for entry in saved]}
    with committed(services.engine) as connection:
        write_record(connection, current_person(), act, subject, details, services.clock())


def _back(saved: Sequence[SavedEntry]) -> ResponseReturnValue:
    posted = [str(entry.seq) for entry in saved if entry.seq is not None]
    waits = sum(entry.seq is None for entry in saved)
    told = [
        *([f"Entry {', '.join(posted)} is in the books."] if posted else []),
        *(["The entry waits for a second person."] if waits else []),
    ]
    flash(" ".join(told) or "The entry is refused.")
    return redirect(url_for("console_closing_booking.show_items"), HTTPStatus.SEE_OTHER)


def _field_id(items: Sequence[OpenItem], typed: Mapping[str, str], field: str) -> str:
    """Return the id that a field of the form has on the page; an item that is no longer open has none."""
    sent = (typed.get("subject"), typed.get("account"))
    places = [place for place, item in enumerate(items, 1) if (item.subject_id, item.account.value) == sent]
    return f"item-{places[0]}-{field}" if places else "items"
