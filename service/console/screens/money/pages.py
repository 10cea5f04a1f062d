"""`/console/money`: net receipts of any days, the rows behind them, the search, and a contribution's page."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import flask
from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.console.days import ChosenDays
from service.console.frame import (
    chosen_days,
    chosen_shape,
    file_of,
    own_campaigns,
    own_sites,
    row_limit,
    screen,
    table_file,
)
from service.console.screens.money import books_tables, tables, words
from service.console.screens.money.campaigns import campaign_choices, campaigns_table
from service.console.screens.money.contribution import ContributionPage, contribution_page
from service.console.screens.money.scope import (
    contribution_of,
    is_finance,
    list_scope,
    may_see,
    readable_body,
    sites_of,
)
from service.console.tables import Table, TableShape
from service.contributions.search.failed_payments_store import FailedDays, failed_payments, failed_sums
from service.contributions.search.query import IdQuery, parse_query
from service.contributions.search.store import find_contributions
from service.database.transaction import connected
from service.ledger.explain.explaining import explain
from service.ledger.net_receipts.report import Figure, net_receipts_of
from service.ledger.net_receipts.store import Days as LedgerDays
from service.ledger.net_receipts.store import entries_behind, movements, movements_by_campaign
from service.ledger.store import currencies_held
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role
from service.stripe_events.body_store import sealed_body
from service.stripe_events.retention import open_body
from service.stripe_events.store import find_event

KEY = "money"
TITLE = "What came in, what did it cost, what went back?"
MAX_KEY_CHARACTERS = 100
READERS = (Role.VIEWER, Role.FINANCE)
MOST_OBJECTS, MOST_ENTRIES = 12, 20  # with all of their fields and lines on a page; files have all

blueprint = flask.Blueprint("console_money", __name__, url_prefix="/console/money", template_folder="templates")
blueprint.add_app_template_filter(words.money, "as_money")
blueprint.add_app_template_filter(words.amount, "as_amount")
blueprint.add_app_template_filter(words.reason, "entry_reason")
blueprint.add_app_template_filter(words.typed, "as_typed")


@blueprint.get("")
@requires_person(*READERS)
def show_money() -> ResponseReturnValue:
    """Show the net receipts of the chosen days, and what came back of the failed payments of these days."""
    days = _days()
    with connected(current_services().engine) as connection:
        receipts = net_receipts_of(movements(connection, _ledger_days(days)))
        failed = failed_sums(connection, _failed_days(days), list_scope(current_person(), _site()))
    table = tables.receipts_table(receipts, _link_to_figure(days), moment())
    return _shown(table, "money/money.html", TITLE, days=days, failed=tables.failed_sentences(failed))


@blueprint.get("/campaigns")
@requires_person(*READERS)
def show_campaigns() -> ResponseReturnValue:
    """Show the net receipts of each campaign on the chosen days."""
    days = _days()
    with connected(current_services().engine) as connection:
        found = movements_by_campaign(connection, _ledger_days(days))
    receipts = {campaign: net_receipts_of(moved) for campaign, moved in found.items()}
    table = campaigns_table(receipts, _link_to_campaign(days), moment())
    return _shown(table, "money/campaigns.html", "What did each campaign bring?", days=days)


@blueprint.get("/entries/<figure>")
@requires_person(*READERS)
def show_entries(figure: str) -> ResponseReturnValue:
    """Show the entries that add up to a figure."""
    if figure not in set(Figure):
        abort(HTTPStatus.NOT_FOUND)
    days, limit = _days(), row_limit()
    with connected(current_services().engine) as connection:
        found = entries_behind(
            connection, Figure(figure), _ledger_days(days), request.args.get("after"), tables.rows_to_read(limit)
        )
    entries, after = tables.page_of(found, limit)
    table = tables.entries_table(Figure(figure), entries, link_to, moment())
    return _shown(_with_after(table, after), "money/entries.html", "Which entries make up this figure?", days=days)


@blueprint.get("/contributions")
@requires_person(*READERS)
def search_contributions() -> ResponseReturnValue:
    """Find contributions. An id that names one contribution leads to its page."""
    text, limit = request.args.get("q", ""), row_limit()
    query = parse_query(text)
    scope = list_scope(current_person(), _site(), request.args.get("after"), tables.rows_to_read(limit))
    with connected(current_services().engine) as connection:
        found = find_contributions(connection, query, scope)
    if isinstance(query, IdQuery) and len(found) == 1 and chosen_shape() is TableShape.PAGE:
        return redirect(link_to(found[0].id), HTTPStatus.SEE_OTHER)
    contributions, after = tables.page_of(found, limit)
    table = _with_after(tables.contributions_table(contributions, link_to, moment()), after)
    return _shown(table, "money/contributions.html", "Which contribution do you look for?", query=text)


@blueprint.get("/failed")
@requires_person(*READERS)
def show_failed() -> ResponseReturnValue:
    """Show the payments that failed on the chosen days."""
    days, limit = _days(), row_limit()
    scope = list_scope(current_person(), _site(), request.args.get("after"), tables.rows_to_read(limit))
    with connected(current_services().engine) as connection:
        found = failed_payments(connection, _failed_days(days), scope)
        sums = failed_sums(connection, _failed_days(days), scope)
    payments, after = tables.page_of(found, limit)
    table = _with_after(tables.failed_table(payments, link_to, moment()), after)
    sentences = tables.failed_sentences(sums)
    return _shown(table, "money/failed.html", "Which payments failed, and what came back?", days=days, failed=sentences)


@blueprint.get("/contributions/<contribution_id>")
@requires_person(*READERS)
def show_contribution(contribution_id: str) -> ResponseReturnValue:
    """Show a contribution: who, what, what happened, its entries, and what can be done."""
    page, now = own_contribution(contribution_id, has_entries=True), moment()
    file = file_of(books_tables.timeline_table(page.events, now), books_tables.lines_table(page.entries, now))
    values: dict[str, Any] = {"page": page, "zone": now.zone, "can_act": _can_act(), "most_entries": MOST_ENTRIES}
    return file or screen("money/contribution.html", KEY, page.title, **values)


@blueprint.get("/explain/<wanted>")
@requires_person(*READERS)
def show_explanation(wanted: str) -> ResponseReturnValue:
    """Explain a number: the objects, balance transactions, entries and events behind an id."""
    with connected(current_services().engine) as connection:
        explanation = explain(connection, wanted)
    if not explanation or not may_see(current_person(), explanation):
        abort(HTTPStatus.NOT_FOUND)
    now = moment()
    return file_of(
        books_tables.fields_table(explanation.objects, now),
        books_tables.lines_table(explanation.entries, now),
        books_tables.reports_table(explanation.events, now),
    ) or screen(
        "money/explanation.html",
        KEY,
        "What is behind this number?",
        wanted=wanted,
        explanation=explanation,
        contribution_id=contribution_of(explanation),
        link_to=link_to,
        zone=now.zone,
        can_act=_can_act(),
        most_objects=MOST_OBJECTS,
        most_entries=MOST_ENTRIES,
    )


@blueprint.get("/events/<event_id>")
@requires_person(Role.FINANCE)
def show_event(event_id: str) -> ResponseReturnValue:
    """Show an event as Stripe sent it. It holds personal data, so it needs the role finance."""
    services = current_services()
    with connected(services.engine) as connection:
        event = find_event(connection, event_id) or abort(HTTPStatus.NOT_FOUND)
        is_own = find_contributions(connection, IdQuery(event_id), list_scope(current_person(), limit=1))
        sealed = sealed_body(connection, event_id)
    if current_person().sites is not None and not is_own:
        abort(HTTPStatus.NOT_FOUND)
    body = readable_body(open_body(services.keys, sealed) if sealed else None)
    return screen("money/event.html", KEY, "What did Stripe send?", event=event, body=body, zone=moment().zone)


def own_contribution(contribution_id: str, *, has_entries: bool = False) -> ContributionPage:
    """Return the page of a contribution. Answer 404 if there is none, or if the person does not work for its site."""
    scope = list_scope(current_person(), limit=1)
    with connected(current_services().engine) as connection:
        page = contribution_page(connection, contribution_id, scope, moment(), has_entries=has_entries)
    return page or abort(HTTPStatus.NOT_FOUND)


def form_key() -> str:
    """Return the key of the form that was sent, which names the wish. Answer 400 if it is not one of ours."""
    key = request.form.get("key", "")
    is_ours = 0 < len(key) <= MAX_KEY_CHARACTERS and key.isascii() and key.replace("_", "").isalnum()
    return key if is_ours else abort(HTTPStatus.BAD_REQUEST)


def moment() -> tables.Moment:
    """Return the time of this request, in the zone of the books."""
    services = current_services()
    return tables.Moment(services.clock(), services.settings.accounting_zone)


def link_to(id_: str) -> str:
    """Return the address of the contribution's page, or of the explanation of any other id."""
    if id_.startswith("ctb_"):
        return url_for("console_money.show_contribution", contribution_id=id_)
    return url_for("console_money.show_explanation", wanted=id_)


def _shown(table: Table, template: str, title: str, **values: Any) -> ResponseReturnValue:
    """Answer with a table as a page or as a file."""
    if chosen_shape() is not TableShape.PAGE:
        return table_file(table)
    with connected(current_services().engine) as connection:
        currencies = [(currency, currency) for currency in sorted(currencies_held(connection))]
    values["currencies"] = currencies if len(currencies) > 1 else ()
    choices = [("", "All sites"), *((site.key, site.name) for site in own_sites())]
    values["campaigns"] = campaign_choices(own_campaigns(), request.args.get("campaign", ""))
    return screen(template, KEY, title, table=table, site_choices=choices, chosen=_site(), **values)


def _with_after(table: Table, after: str | None) -> Table:
    return Table(table.name, table.columns, table.rows, table.as_of, table.zone, table.empty, after=after)


def _days() -> ChosenDays:
    return chosen_days(current_services().settings.accounting_zone)


def _site() -> str:
    return request.args.get("site", "").strip()


def _can_act() -> bool:
    return is_finance(current_person())


def _ledger_days(days: ChosenDays) -> LedgerDays:
    sites = sites_of(current_person(), _site())
    return LedgerDays(days.from_on, days.to_on, sites, days.currency or None, days.campaign or None)


def _failed_days(days: ChosenDays) -> FailedDays:
    is_livemode = current_services().settings.is_livemode
    return FailedDays(days.starts_at, days.ends_at, is_livemode, days.currency or None, days.campaign or None)


def _link_to_figure(days: ChosenDays) -> Callable[[Figure, str], str]:
    """Return the function that gives the address of the entries behind a figure of these days."""
    site = _site() or None

    def link(figure: Figure, currency: str) -> str:
        query: dict[str, Any] = {**days.query(), "currency": currency}
        return url_for("console_money.show_entries", figure=figure.value, site=site, **query)

    return link


def _link_to_campaign(days: ChosenDays) -> Callable[[str], str]:
    """Return the function that gives the address of the net receipts of a campaign on these days."""
    site = _site() or None

    def link(campaign: str) -> str:
        query: dict[str, Any] = {**days.query(), "campaign": campaign}
        return url_for("console_money.show_money", site=site, **query)

    return link
