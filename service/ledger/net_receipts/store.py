"""SQL of the net receipts: the movements of accounts on some days, and the entries behind a figure.

The sums come from the totals by day, by site or by campaign, so they take no longer for more entries.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy import Connection, text

from service.ledger.accounts import Account
from service.ledger.net_receipts.report import ACCOUNTS, FIGURE_OF, Figure, Movement
from service.ledger.store import MANUAL_ENTRY

_BY_PERSON = f"""
SELECT e.currency, p.account, sum(p.amount_minor) AS minor
FROM manual_entries m
JOIN ledger_entries e ON e.source_id = m.id AND e.source_type = '{MANUAL_ENTRY}'
JOIN ledger_postings p ON p.entry_seq = e.seq
WHERE e.accounting_date BETWEEN :from_on AND :to_on AND p.account = ANY(:accounts)
AND (CAST(:currency AS text) IS NULL OR e.currency = :currency)
GROUP BY e.currency, p.account
"""  # noqa: S608 it holds constants only
_ALL_SITES = f"""
WITH by_person AS ({_BY_PERSON})
SELECT currency, account, sum(minor) AS minor, false AS is_by_person
FROM (
    SELECT currency, account, debit_minor - credit_minor AS minor FROM ledger_day_totals
    WHERE accounting_date BETWEEN :from_on AND :to_on AND account = ANY(:accounts)
    AND (CAST(:currency AS text) IS NULL OR currency = :currency)
    UNION ALL SELECT currency, account, -minor FROM by_person
) moved
GROUP BY currency, account
UNION ALL SELECT currency, account, minor, true FROM by_person
"""  # noqa: S608 it holds constants only
# The charge that an entry is about carries the site.
_CHARGE = """
LEFT JOIN refunds r ON r.id = e.source_id
LEFT JOIN disputes d ON d.id = e.source_id
LEFT JOIN charges c ON c.id = coalesce(r.charge_id, d.charge_id, e.source_id)
"""
_OF_SITES = f"""
SELECT currency, account, sum(minor) AS minor, false AS is_by_person
FROM (
    SELECT currency, account, amount_minor AS minor FROM ledger_site_totals
    WHERE site = ANY(:sites) AND accounting_date BETWEEN :from_on AND :to_on AND account = ANY(:accounts)
    AND (CAST(:currency AS text) IS NULL OR currency = :currency)
    UNION ALL SELECT p.currency, p.account, p.amount_minor
    FROM ledger_entries e JOIN ledger_postings p ON p.entry_seq = e.seq
    {_CHARGE}
    WHERE e.seq = ANY(ARRAY(SELECT entry_seq FROM ledger_outside_site_totals)) AND c.site = ANY(:sites)
    AND e.accounting_date BETWEEN :from_on AND :to_on AND p.account = ANY(:accounts)
    AND (CAST(:currency AS text) IS NULL OR e.currency = :currency)
) moved
GROUP BY currency, account
"""  # noqa: S608 it holds constants only
# A condition on the charge that an entry is about.
_OF_CHARGE = """AND (CAST(:sites AS text[]) IS NULL OR c.site = ANY(:sites))
AND (CAST(:campaign AS text) IS NULL OR c.campaign = :campaign)"""
_BY_CAMPAIGN = f"""
SELECT currency, account, campaign, sum(minor) AS minor, false AS is_by_person
FROM (
    SELECT currency, account, nullif(campaign, '') AS campaign, sum(amount_minor) AS minor FROM ledger_campaign_totals
    WHERE accounting_date BETWEEN :from_on AND :to_on AND account = ANY(:accounts)
    AND (CAST(:campaign AS text) IS NULL OR campaign = :campaign)
    AND (CAST(:sites AS text[]) IS NULL OR site = ANY(:sites))
    AND (CAST(:currency AS text) IS NULL OR currency = :currency)
    GROUP BY currency, account, ledger_campaign_totals.campaign
    UNION ALL SELECT p.currency, p.account, c.campaign, p.amount_minor
    FROM ledger_entries e JOIN ledger_postings p ON p.entry_seq = e.seq
    {_CHARGE}
    WHERE e.seq = ANY(ARRAY(SELECT entry_seq FROM ledger_outside_site_totals))
    AND e.accounting_date BETWEEN :from_on AND :to_on AND p.account = ANY(:accounts)
    AND (CAST(:currency AS text) IS NULL OR e.currency = :currency)
    {_OF_CHARGE}
) moved
GROUP BY currency, account, campaign HAVING sum(minor) <> 0
"""  # noqa: S608 it holds constants only
_ENTRIES = f"""
SELECT e.seq, e.accounting_date, e.effective_at, e.reason, e.source_id, c.id AS charge_id, c.contribution_id, c.site,
    c.campaign, e.currency, p.amount_minor, m.payout_id
FROM ledger_entries e
JOIN LATERAL (
    SELECT sum(amount_minor) AS amount_minor FROM ledger_postings
    WHERE entry_seq = e.seq AND account = ANY(:accounts)
) p ON p.amount_minor <> 0
{_CHARGE}
LEFT JOIN payout_members m ON m.balance_transaction_id = e.balance_transaction_id
WHERE e.accounting_date BETWEEN :from_on AND :to_on AND e.source_type <> '{MANUAL_ENTRY}' {{rare}}
AND (CAST(:currency AS text) IS NULL OR e.currency = :currency)
{_OF_CHARGE}
AND (CAST(:before_on AS date) IS NULL OR (e.accounting_date, e.seq) < (:before_on, :before_seq))
ORDER BY e.accounting_date DESC, e.seq DESC
LIMIT :limit
"""  # noqa: S608 it holds constants only
_FREQUENT = frozenset({Figure.GROSS, Figure.FEES})
# Few entries are about refunds, disputes or exchange differences: an index finds them faster than a walk through days.
_RARE = """AND e.seq = ANY(ARRAY(
    SELECT entry_seq FROM ledger_postings
    WHERE account = ANY(:accounts) AND account IN ('1300', '4200', '4300', '5300')))"""


@dataclass(frozen=True, slots=True)
class Days:
    """Accounting days, both included, and which money counts; None means all money."""

    from_on: date
    to_on: date
    sites: tuple[str, ...] | None = None
    currency: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """An entry behind a figure. `amount_minor` has the sign of the figure, so the entries add up to it.

    The ids of the charge, contribution and payout are None if the entry has none or it is not known yet.
    """

    seq: int
    accounting_date: date
    effective_at: datetime
    reason: str
    source_id: str
    charge_id: str | None
    contribution_id: str | None
    site: str | None
    campaign: str | None
    currency: str
    amount_minor: int
    payout_id: str | None

    @property
    def position(self) -> str:
        """The place of the entry in the list, from which the next page begins."""
        return f"{self.accounting_date.isoformat()}.{self.seq}"


def movements(connection: Connection, days: Days) -> list[Movement]:
    """Return the movement of every account of the net receipts on these days."""
    values = _values(days, tuple(FIGURE_OF))
    statement = _ALL_SITES if days.sites is None else _OF_SITES
    rows = connection.execute(text(statement if days.campaign is None else _BY_CAMPAIGN), values)
    return [Movement(row.currency, row.account, int(row.minor), row.is_by_person) for row in rows]


def movements_by_campaign(connection: Connection, days: Days) -> dict[str | None, list[Movement]]:
    """Return the movements of the accounts of the net receipts by campaign; None has what came through no campaign.

    For all sites, None also has what belongs to no charge, such as the fee of a payout.
    """
    found: dict[str | None, list[Movement]] = {}
    for row in connection.execute(text(_BY_CAMPAIGN), _values(days, tuple(FIGURE_OF))):
        found.setdefault(row.campaign, []).append(Movement(row.currency, row.account, int(row.minor)))
    if days.sites is None and days.campaign is None:
        found.pop(None, None)
        rest = _rest(movements(connection, days), chain.from_iterable(found.values()))
        return found | ({None: rest} if rest else {})
    return found


def _rest(moved: Iterable[Movement], taken: Iterable[Movement]) -> list[Movement]:
    """Return what is left of movements, without those by persons, if others are taken away."""
    left: Counter[tuple[str, str]] = Counter()
    for movement in moved:
        if not movement.is_by_person:
            left[movement.currency, movement.account] += movement.amount_minor
    for movement in taken:
        left[movement.currency, movement.account] -= movement.amount_minor
    return [Movement(currency, account, minor) for (currency, account), minor in left.items() if minor]


def entries_behind(
    connection: Connection, figure: Figure, days: Days, after: str | None, limit: int | None
) -> list[FigureEntry]:
    """Return the entries behind a figure, the newest first, at most `limit`.

    `after` is the position of the last entry of the page before; a text that is no position means the first page.
    """
    sign = -1 if figure is Figure.GROSS else 1
    before_on, before_seq = _place(after)
    values = _values(days, ACCOUNTS[figure]) | {
        "before_on": before_on,
        "before_seq": before_seq,
        "limit": limit,
    }
    statement = _ENTRIES.format(rare="" if figure in _FREQUENT else _RARE)
    rows = connection.execute(text(statement), values)
    return [FigureEntry(**row._asdict() | {"amount_minor": sign * int(row.amount_minor)}) for row in rows]


def _place(position: str | None) -> tuple[date | None, int | None]:
    day, _, seq = (position or "").partition(".")
    try:
        return date.fromisoformat(day), int(seq)
    except ValueError:
        return None, None


def _values(days: Days, accounts: Sequence[str | Account]) -> dict[str, object]:
    return {
        "from_on": days.from_on,
        "to_on": days.to_on,
        "currency": days.currency,
        "campaign": days.campaign,
        "sites": list(days.sites) if days.sites is not None else None,
        "accounts": [str(account) for account in accounts],
    }
