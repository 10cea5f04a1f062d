"""The tables of the screen Money, made of what the stores of the books return."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from service.console.screens.money import words
from service.console.tables import ROWS_PER_PAGE, Row, Table, TableColumn
from service.console.words import counted
from service.contributions.search.failed_payments_store import FailedPayment, FailedSums
from service.contributions.search.store import FoundContribution
from service.contributions.timeline.words import FAILURES, in_words
from service.ledger.net_receipts.report import Figure, NetReceipts
from service.ledger.net_receipts.store import FigureEntry
from service.money import major_text

LinkTo = Callable[[str], str]


class Placed(Protocol):
    """A row of a list that knows its place, from which the next page begins."""

    @property
    def position(self) -> str: ...


PlacedRow = TypeVar("PlacedRow", bound=Placed)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a table was read, and the zone in which it shows times."""

    as_of: datetime
    zone: ZoneInfo


def page_of(found: Sequence[PlacedRow], limit: int | None) -> tuple[Sequence[PlacedRow], str | None]:
    """Return the rows of a page, and the place of the next page if there is one.

    `found` was read with one row more than a page has.
    """
    if limit is None or len(found) <= limit:
        return found, None
    return found[:limit], found[limit - 1].position


def rows_to_read(limit: int | None) -> int | None:
    """Return how many rows to read for a page: one more than it shows, to know whether there is another page."""
    return None if limit is None else ROWS_PER_PAGE + 1


def receipts_table(receipts: Sequence[NetReceipts], link_to: Callable[[Figure, str], str], moment: Moment) -> Table:
    """Return the net receipts with a row for each figure and a column for each currency."""
    columns = (
        TableColumn("figure", "Figure"),
        *(TableColumn(found.currency.lower(), found.currency, is_number=True) for found in receipts),
    )
    has_fx = any(found.fx_minor for found in receipts)
    rows = [_figure_row(figure, receipts, link_to) for figure in Figure if figure is not Figure.FX or has_fx]
    rows.append(replace(_sum_row("Net", {found.currency: found.net_minor for found in receipts}), is_sum=True))
    if any(found.held_minor for found in receipts):
        held = {found.currency: -found.held_minor for found in receipts}
        rows.append(_sum_row("Of the disputes, still held by banks", held))
    if any(found.by_person_minor for found in receipts):
        by_person = {found.currency: found.by_person_minor for found in receipts}
        rows.append(_sum_row("Not in these figures: entries by a person", by_person))
    empty = "No money moved on these days."
    return Table("net-receipts", columns, tuple(rows if receipts else ()), moment.as_of, moment.zone, empty)


def _figure_row(figure: Figure, receipts: Sequence[NetReceipts], link_to: Callable[[Figure, str], str]) -> Row:
    signed = {found.currency: signed_figure(found, figure) for found in receipts}
    row = _sum_row(words.FIGURES[figure], signed)
    links = {currency.lower(): link_to(figure, currency) for currency in signed}
    return Row(row.cells, row.words, links)


def signed_figure(found: NetReceipts, figure: Figure) -> int:
    """Return a figure in minor units with the sign that it has in a sum: a cost is negative."""
    return found.minor(figure) if figure is Figure.GROSS else -found.minor(figure)


def _sum_row(name: str, minors: Mapping[str, int]) -> Row:
    cells = {currency.lower(): major_text(minor, currency) for currency, minor in minors.items()}
    shown = {currency.lower(): words.amount(minor, currency) for currency, minor in minors.items()}
    return Row({"figure": name, **cells}, shown)


def entries_table(figure: Figure, entries: Sequence[FigureEntry], link_to: LinkTo, moment: Moment) -> Table:
    """Return the entries behind a figure. Each leads to its contribution, or to the explanation of the entry."""
    columns = (
        TableColumn("accounting_date", "Accounting day"),
        TableColumn("entry", "Entry"),
        TableColumn("what", "What"),
        TableColumn("amount", "Amount", is_number=True),
        TableColumn("currency", "Currency", is_only_in_files=True),
        TableColumn("contribution_id", "Contribution"),
        TableColumn("source_id", "Stripe object"),
        TableColumn("payout_id", "Payout"),
        TableColumn("site", "Site", is_only_in_files=True),
        TableColumn("campaign", "Campaign"),
    )
    rows = tuple(
        Row(
            {
                "accounting_date": entry.accounting_date,
                "entry": entry.seq,
                "what": entry.reason,
                "amount": major_text(entry.amount_minor, entry.currency),
                "currency": entry.currency,
                "contribution_id": entry.contribution_id,
                "source_id": entry.source_id,
                "payout_id": entry.payout_id,
                "site": entry.site,
                "campaign": entry.campaign,
            },
            {
                "what": words.reason(entry.reason),
                "amount": words.amount(entry.amount_minor, entry.currency),
                **_short({"contribution_id": entry.contribution_id, "source_id": entry.source_id}),
                **_short({"payout_id": entry.payout_id}),
            },
            {
                "entry": link_to(str(entry.seq)),
                **({"contribution_id": link_to(entry.contribution_id)} if entry.contribution_id else {}),
                **({"payout_id": link_to(entry.payout_id)} if entry.payout_id else {}),
                "source_id": link_to(entry.source_id),
            },
        )
        for entry in entries
    )
    return Table(
        f"{figure.value}-entries", columns, rows, moment.as_of, moment.zone, "No entry moved this figure on these days."
    )


def contributions_table(found: Sequence[FoundContribution], link_to: LinkTo, moment: Moment) -> Table:
    """Return contributions that were searched for; each leads to its page."""
    columns = (
        TableColumn("supporter", "Supporter"),
        TableColumn("email", "Address", is_only_in_files=True),
        TableColumn("state", "State"),
        TableColumn("amount", "Amount", is_number=True),
        TableColumn("interval", "How often", is_only_in_files=True),
        TableColumn("paid", "Paid", is_number=True),
        TableColumn("refunded", "Refunded", is_number=True),
        TableColumn("currency", "Currency", is_only_in_files=True),
        TableColumn("site", "Site", is_only_in_files=True),
        TableColumn("campaign", "Campaign"),
        TableColumn("started_at", "Began"),
        TableColumn("contribution_id", "Contribution", is_only_in_files=True),
    )
    has_sites = len({contribution.site for contribution in found}) > 1
    rows = tuple(_contribution_row(contribution, link_to, has_sites=has_sites) for contribution in found)
    empty = (
        "No contribution was found. Try fewer words: a name, an address, an amount such as 25, or an id such as ch_…"
    )
    return Table("contributions", columns, rows, moment.as_of, moment.zone, empty)


def _contribution_row(found: FoundContribution, link_to: LinkTo, *, has_sites: bool) -> Row:
    currency = found.amount.currency
    supporter = "erased" if found.is_forgotten else found.name
    return Row(
        {
            "supporter": supporter,
            "email": found.email,
            "state": found.state.value,
            "amount": major_text(found.amount.amount_minor, currency),
            "interval": found.interval.value,
            "paid": major_text(found.paid_minor, currency),
            "refunded": major_text(found.refunded_minor, currency),
            "currency": currency,
            "site": found.site,
            "campaign": found.campaign,
            "started_at": found.created_at,
            "contribution_id": found.id,
        },
        {
            "supporter": supporter or found.email or words.short_id(found.id),
            "state": words.state(found),
            "amount": words.money(found.amount),
            "paid": words.amount(found.paid_minor, currency),
            "refunded": words.amount(found.refunded_minor, currency) if found.refunded_minor else "–",
        },
        {"supporter": link_to(found.id)},
        {
            "supporter": (found.email or "") if supporter else "",
            "amount": words.KINDS[found.interval],
            "campaign": found.site if has_sites else "",
        },
        {"state": words.look(found)},
    )


def failed_table(failed: Sequence[FailedPayment], link_to: LinkTo, moment: Moment) -> Table:
    """Return payments that failed, with the reason and what became of them."""
    columns = (
        TableColumn("supporter", "Supporter"),
        TableColumn("outcome", "What came back"),
        TableColumn("amount", "Amount", is_number=True),
        TableColumn("interval", "How often", is_only_in_files=True),
        TableColumn("reason", "Why it failed"),
        TableColumn("tries", "Failures", is_number=True),
        TableColumn("failed_at", "Failed"),
        TableColumn("paid_at", "Paid"),
        TableColumn("next_try_at", "Next try"),
        TableColumn("currency", "Currency", is_only_in_files=True),
        TableColumn("site", "Site", is_only_in_files=True),
        TableColumn("contribution_id", "Contribution", is_only_in_files=True),
    )
    rows = tuple(
        Row(
            {
                "failed_at": payment.failed_at,
                "supporter": payment.name or payment.email,
                "amount": major_text(payment.amount.amount_minor, payment.amount.currency),
                "interval": payment.interval.value,
                "reason": payment.failure_code,
                "tries": payment.try_count,
                "outcome": payment.outcome.value,
                "paid_at": payment.paid_at,
                "next_try_at": payment.next_try_at,
                "currency": payment.amount.currency,
                "site": payment.site,
                "contribution_id": payment.contribution_id,
            },
            {
                "supporter": payment.name or payment.email or words.short_id(payment.contribution_id),
                "amount": words.money(payment.amount),
                "reason": in_words(FAILURES, payment.failure_code) or "no reason given",
                "outcome": words.OUTCOMES[payment.outcome],
            },
            {"supporter": link_to(payment.contribution_id)},
            {"amount": words.KINDS[payment.interval]},
            {"outcome": words.OUTCOME_LOOKS[payment.outcome]},
        )
        for payment in failed
    )
    return Table("failed-payments", columns, rows, moment.as_of, moment.zone, "No payment failed on these days.")


def failed_sentences(sums: Sequence[FailedSums]) -> tuple[str, ...]:
    """Return a sentence about the failed payments of each currency."""
    return tuple(
        f"{counted(found.failed_count, 'payment')} failed ({words.amount(found.failed_minor, found.currency)}): "
        f"{words.amount(found.paid_minor, found.currency)} came back, "
        f"{words.amount(found.open_minor, found.currency)} is tried again, "
        f"{words.amount(found.lost_minor, found.currency)} did not come back."
        for found in sums
    )


def _short(ids: Mapping[str, str | None]) -> dict[str, str]:
    return {name: words.short_id(id_) for name, id_ in ids.items() if id_}
