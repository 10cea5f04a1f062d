"""SQL that finds contributions. Every condition reads an index, so that 100,000 contributions take milliseconds."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, text

from service.contributions.contribution import ContributionState
from service.contributions.search.query import AddressQuery, AmountQuery, IdQuery, Query, WordsAmountQuery, WordsQuery
from service.money import THREE_DECIMAL_CURRENCIES, ZERO_DECIMAL_CURRENCIES, Interval, Money

# A payment that was begun and left counts as no contribution, so it is found only by its id.
_BEGUN = (ContributionState.ATTEMPTED.value, ContributionState.EXPIRED.value)

_FOUND = """
SELECT k.id, k.created_at, k.first_paid_at, k.site, k.campaign, k.interval, k.amount_minor, k.currency,
    k.recurring_minor, k.recurring_currency, k.state, k.paid_minor, k.refunded_minor, k.paid_count, k.dispute_status,
    CASE WHEN :is_personal THEN k.contributor_email END AS email,
    CASE WHEN :is_personal THEN k.contributor_name END AS name, k.forgotten_at
FROM contributions k
WHERE {condition}
AND (:is_with_begun OR k.state <> ALL(:begun))
AND (CAST(:sites AS text[]) IS NULL OR k.site = ANY(:sites))
AND (CAST(:before_at AS timestamptz) IS NULL OR (k.created_at, k.id) < (:before_at, :before_id))
ORDER BY k.created_at DESC, k.id DESC
LIMIT :limit
"""
_EVERY = "true"
_OWN_ID = "k.id = :id"
_ADDRESS = "lower(k.contributor_email) = lower(:address)"
_WORDS = "k.contributor_words @@ to_tsquery('simple', :words)"
# The minor units of the amount in the currency of the row.
_MINOR = """CASE WHEN {currency} = ANY(:zero) THEN :minor_zero WHEN {currency} = ANY(:three) THEN :minor_three
    ELSE :minor_two END"""
_OWN_MINOR = _MINOR.format(currency="currency")
# A covered fee and a changed price make the amounts of a contribution differ. People also look for a refund's amount.
_AMOUNT = f"""k.id = ANY(ARRAY(
    SELECT id FROM contributions WHERE amount_minor = ANY(:minors) AND amount_minor = {_OWN_MINOR}
    UNION SELECT id FROM contributions WHERE chosen_minor = ANY(:minors) AND chosen_minor = {_OWN_MINOR}
    UNION SELECT id FROM contributions WHERE recurring_minor = ANY(:minors) AND recurring_minor = {_OWN_MINOR}
    UNION SELECT c.contribution_id FROM refunds r JOIN charges c ON c.id = r.charge_id
        WHERE r.amount_minor = ANY(:minors) AND r.amount_minor = {_MINOR.format(currency="r.currency")}
)) AND (CAST(:currency AS text) IS NULL OR k.currency = :currency)"""  # noqa: S608 it holds constants only
# An event and a movement of the balance lead to the object that they are about.
_ID = """k.id = ANY(ARRAY(
    WITH objects AS (
        SELECT :id AS id
        UNION SELECT object_id FROM stripe_events WHERE id = :id AND object_id IS NOT NULL
        UNION SELECT source_id FROM balance_transactions WHERE id = :id AND source_id IS NOT NULL
    ), charged AS (
        SELECT c.contribution_id FROM objects o JOIN charges c ON c.id = o.id
        UNION SELECT c.contribution_id FROM charges c WHERE c.payment_intent_id = :id
        UNION SELECT c.contribution_id FROM charges c WHERE c.invoice_id = :id
        UNION SELECT c.contribution_id FROM objects o
            JOIN refunds r ON r.id = o.id JOIN charges c ON c.id = r.charge_id
        UNION SELECT c.contribution_id FROM objects o
            JOIN disputes d ON d.id = o.id JOIN charges c ON c.id = d.charge_id
        UNION SELECT c.contribution_id FROM payout_members m JOIN charges c
            ON c.balance_transaction_id = m.balance_transaction_id WHERE m.payout_id = :id
    )
    SELECT contribution_id FROM charged WHERE contribution_id IS NOT NULL
    UNION SELECT i.contribution_id FROM objects o JOIN invoices i ON i.id = o.id
    UNION SELECT s.contribution_id FROM objects o JOIN checkout_sessions s ON s.id = o.id
    UNION SELECT p.contribution_id FROM objects o JOIN payment_intents p ON p.id = o.id
    UNION SELECT s.contribution_id FROM objects o JOIN subscriptions s ON s.id = o.id
    UNION SELECT x.id FROM objects o JOIN contributions x ON x.customer_id = o.id
))"""


@dataclass(frozen=True, slots=True)
class FoundContribution:
    """A contribution as a list shows it. `email` and `name` are None if the caller may not see personal data.

    `amount` is what the contributor pays each time now.
    """

    id: str
    created_at: datetime
    first_paid_at: datetime | None
    site: str
    campaign: str | None
    interval: Interval
    amount: Money
    state: ContributionState
    paid_minor: int
    refunded_minor: int
    paid_count: int
    dispute_status: str | None
    email: str | None
    name: str | None
    is_forgotten: bool

    @property
    def position(self) -> str:
        """The place of the contribution in the list, from which the next page begins."""
        return f"{self.created_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}~{self.id}"


@dataclass(frozen=True, slots=True)
class ListScope:
    """Which part of a list is wanted. `sites` None means all sites, `after` is the position of the page before.

    `is_personal` fills the personal columns. `limit` None means the whole list.
    """

    is_personal: bool
    sites: tuple[str, ...] | None = None
    after: str | None = None
    limit: int | None = 50

    @property
    def place(self) -> tuple[datetime | None, str | None]:
        """The instant and the id in `after`, or None twice if it is no position: then the list begins at its start."""
        instant, _, id_ = (self.after or "").partition("~")
        try:
            return datetime.strptime(instant, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), id_
        except ValueError:
            return None, None


def find_contributions(connection: Connection, query: Query | None, scope: ListScope) -> list[FoundContribution]:
    """Return the contributions that the query means, or all for None, the newest first.

    A query of words finds nothing without permission for personal data. A position that is none means the first page.
    """
    if isinstance(query, AddressQuery | WordsQuery | WordsAmountQuery) and not scope.is_personal:
        return []
    condition, values = _condition(query)
    before_at, before_id = scope.place
    values |= {
        "is_personal": scope.is_personal,
        "is_with_begun": isinstance(query, IdQuery),
        "begun": list(_BEGUN),
        "sites": list(scope.sites) if scope.sites is not None else None,
        "before_at": before_at,
        "before_id": before_id,
        "limit": scope.limit,
    }
    rows = connection.execute(text(_FOUND.format(condition=condition)), values)
    return [_found(row) for row in rows]


def _condition(query: Query | None) -> tuple[str, dict[str, object]]:
    """Return the condition of a query on a contribution `k`, and its values."""
    match query:
        case None:
            return _EVERY, {}
        case IdQuery() if query.id.startswith("ctb_"):
            return _OWN_ID, {"id": query.id}
        case IdQuery():
            return _ID, {"id": query.id}
        case AddressQuery():
            return _ADDRESS, {"address": query.address}
        case WordsQuery():
            return _WORDS, {"words": " & ".join(f"{word}:*" for word in query.words)}
        case WordsAmountQuery():
            (words, of_words), (amount, of_amount) = _condition(query.words), _condition(query.amount)
            return f"{words} AND {amount}", of_words | of_amount
        case AmountQuery():
            zero, two, three = query.minors
            return _AMOUNT, {
                "minors": [minor for minor in query.minors if minor is not None],
                "currency": query.currency,
                "minor_zero": zero,
                "minor_two": two,
                "minor_three": three,
                "zero": sorted(ZERO_DECIMAL_CURRENCIES),
                "three": sorted(THREE_DECIMAL_CURRENCIES),
            }


def _found(row: Row[tuple[object, ...]]) -> FoundContribution:
    is_recurring = row.recurring_minor is not None and row.recurring_currency is not None
    return FoundContribution(
        id=row.id,
        created_at=row.created_at,
        first_paid_at=row.first_paid_at,
        site=row.site,
        campaign=row.campaign,
        interval=Interval(row.interval),
        amount=Money(row.recurring_minor, row.recurring_currency)
        if is_recurring
        else Money(row.amount_minor, row.currency),
        state=ContributionState(row.state),
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        paid_count=row.paid_count,
        dispute_status=row.dispute_status,
        email=row.email,
        name=row.name,
        is_forgotten=row.forgotten_at is not None,
    )
