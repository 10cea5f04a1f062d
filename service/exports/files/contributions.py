"""contributions.csv: one row for each payment, in the currency that reached the Stripe balance.

It holds the payments of our own contributions that succeeded or are pending, authorisations that hold money which was
not taken yet, and payments that failed after money had moved. The day of a row is the accounting date of its income, so
the sums of the file are the movements of the income accounts. If a charge does not name its balance transaction yet,
the query finds it through the ledger. `paid_at_utc` is the instant that `service/receipts/payments_store.py` defines.
"""

from collections.abc import Mapping

from psycopg import sql

from service.exports.columns import code, codes, day, flag, instant, integer, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition
from service.exports.files.portion import Portion, PortionKey, key_literal

_ROWS = sql.SQL("""
{chosen}
SELECT x.*, x.effective_at AS sort_at, x.charge_id AS sort_id,
    CASE WHEN x.status = 'succeeded' THEN x.effective_at END AS paid_at
FROM (
    SELECT coalesce(c.payment_intent_id, c.id) AS payment_id, c.contribution_id,
        CASE c.interval WHEN 'month' THEN 'monthly' WHEN 'year' THEN 'annual' ELSE 'one_off' END AS kind,
        CASE WHEN c.status = 'succeeded' AND c.amount_captured_minor = 0 THEN 'held' ELSE c.status END AS status,
        CASE WHEN c.amount_refunded_minor = 0 THEN 'none'
            WHEN c.amount_refunded_minor < c.amount_captured_minor THEN 'partial' ELSE 'full' END AS refund_state,
        coalesce(d.status, 'none') AS dispute_state,
        coalesce(s.succeeded_at, CASE WHEN e.reason <> 'charge_in_process' THEN e.effective_at END, h.seen_at,
            c.created_at) AS effective_at,
        coalesce(s.income_on, e.accounting_date, (c.created_at AT TIME ZONE {zone})::date) AS accounting_date,
        {donor_ref} AS donor_ref, g.charge_id IS NOT NULL AS gift_aid,
        w.contributor_name AS donor_name, w.contributor_email AS donor_email,
        coalesce(w.contributor_country, c.card_country) AS country,
        k.is_anonymous AS anonymous, c.campaign, c.page_id AS source_page,
        coalesce(c.presentment_currency, c.currency) AS presentment_currency,
        coalesce(c.presentment_amount_minor, c.amount_minor) AS presentment_amount_minor,
        b.currency, b.amount_minor AS gross_minor, b.fee_minor, coalesce(t.tax_minor, 0) AS fee_tax_minor, b.net_minor,
        coalesce(r.refunded_minor, 0) AS refunded_minor,
        CASE WHEN a.is_changed THEN c.amount_minor ELSE coalesce(k.chosen_minor, k.amount_minor) END
            AS donor_selected_amount_minor,
        CASE WHEN a.is_changed THEN c.currency ELSE k.currency END AS selected_currency,
        k.covers_fee AND NOT a.is_changed AS fees_covered,
        coalesce(c.site, k.site) AS site, coalesce(c.fund, k.fund) AS fund,
        c.payment_method_type AS payment_method, c.card_brand, c.card_last4 AS last4,
        m.payout_id, p.arrival_on AS payout_arrival_date,
        c.id AS charge_id, c.payment_intent_id, c.invoice_id, c.subscription_id, k.checkout_session_id,
        b.id AS balance_transaction_id
    FROM {charges} c
    LEFT JOIN ledger_entries e ON e.source_id = c.id AND e.seq <= {ledger_seq}
        AND e.reason IN ('charge', 'charge_not_ours', 'charge_in_process')
        AND (c.balance_transaction_id IS NULL OR e.balance_transaction_id = c.balance_transaction_id)
    LEFT JOIN {balance_transactions} b ON b.id = coalesce(c.balance_transaction_id, e.balance_transaction_id)
    LEFT JOIN (
        SELECT source_id, max(effective_at) FILTER (WHERE reason <> 'charge_matched') AS succeeded_at,
            max(accounting_date) FILTER (WHERE reason <> 'charge_succeeded_not_ours') AS income_on
        FROM ledger_entries
        WHERE reason IN ('charge_succeeded', 'charge_succeeded_not_ours', 'charge_matched') AND seq <= {ledger_seq}
        {is_source_chosen}
        GROUP BY source_id
    ) s ON s.source_id = c.id
    LEFT JOIN (
        SELECT balance_transaction_id, sum(amount_minor) AS tax_minor FROM balance_transaction_fees
        WHERE type IN ('tax', 'withheld_tax') {is_transaction_chosen} GROUP BY balance_transaction_id
    ) t ON t.balance_transaction_id = b.id
    LEFT JOIN (
        SELECT f.charge_id, sum(l.amount_minor) AS refunded_minor
        FROM {refunds} f
        JOIN ledger_entries n ON n.source_id = f.id AND n.reason = 'refund' AND n.seq <= {ledger_seq}
        JOIN ledger_postings l ON l.entry_seq = n.seq AND l.account = '4200'
        WHERE f.status NOT IN ('failed', 'canceled') GROUP BY f.charge_id
    ) r ON r.charge_id = c.id
    LEFT JOIN (
        SELECT DISTINCT ON (charge_id) charge_id, status FROM {disputes} d ORDER BY charge_id, created_at DESC, id
    ) d ON d.charge_id = c.id
    LEFT JOIN fact_transitions h ON h.object_id = c.id AND h.transition = 'succeeded'
    LEFT JOIN ({claims}) g ON g.charge_id = c.id
    LEFT JOIN {payout_members} m ON m.balance_transaction_id = b.id
    LEFT JOIN {payouts} p ON p.id = m.payout_id
    LEFT JOIN {contributions} k ON k.id = c.contribution_id
    CROSS JOIN LATERAL (
        SELECT c.subscription_id IS NOT NULL AND (c.amount_minor, c.currency) <> (k.amount_minor, k.currency)
            AS is_changed
    ) a
    LEFT JOIN {contributors} w ON w.id = c.contribution_id
    WHERE c.contribution_id IS NOT NULL AND c.is_livemode = {is_livemode} AND c.created_at < {ends_at}
    AND (c.status IN ('succeeded', 'pending') OR b.id IS NOT NULL)
    AND (c.amount_captured_minor > 0 OR c.status <> 'succeeded' OR c.amount_refunded_minor = 0)
) x
WHERE {is_in_days} AND {in_portion}
""")
# The charges that can be in a portion: those with an instant in it that can be `effective_at`.
_CANDIDATES = sql.SQL("""
    SELECT id FROM charges WHERE created_at >= {from_key} AND created_at < least({to_key}, {ends_at})
    UNION
    SELECT source_id FROM ledger_entries
    WHERE reason IN ('charge', 'charge_not_ours', 'charge_succeeded', 'charge_succeeded_not_ours')
    AND effective_at >= {from_key} AND effective_at < {to_key}
    AND (accounting_date <= {to_on} OR reason IN ('charge_not_ours', 'charge_succeeded_not_ours'))
    UNION
    SELECT object_id FROM fact_transitions
    WHERE seen_at >= {from_key} AND seen_at < {to_key} AND transition = 'succeeded'{early}
""")
# The instant of a row can be before the days that its accounting date is in. The first portion has these rows too. An
# entry that is not late has its accounting date at most a day after the date in UTC.
_EARLY = sql.SQL("""
    UNION
    SELECT source_id FROM ledger_entries WHERE source_type = 'charge' AND effective_at < {from_key}
    AND accounting_date BETWEEN {from_on} AND least({from_on} + 1, {to_on})
    UNION
    SELECT source_id FROM ledger_entries WHERE source_type = 'charge' AND effective_at < {from_key}
    AND accounting_date BETWEEN {from_on} AND {to_on}
    AND accounting_date > (effective_at AT TIME ZONE 'UTC')::date + 1
    UNION
    SELECT source_id FROM ledger_entries
    WHERE reason IN ('charge_in_process', 'charge_matched') AND accounting_date BETWEEN {from_on} AND {to_on}""")
_CHOSEN = sql.SQL("WITH chosen AS MATERIALIZED ({candidates})")
# PostgreSQL expects ten rows of `unnest`, whatever their number, so it reads all tables by index.
_FEW_CHOSEN = sql.SQL("WITH chosen AS MATERIALIZED (SELECT unnest(ARRAY({candidates})) AS id)")
_CHOSEN_ONLY: Mapping[str, sql.SQL] = {
    "charges": sql.SQL("(SELECT c.* FROM {charges} c JOIN chosen ON chosen.id = c.id)"),
    "refunds": sql.SQL("(SELECT f.* FROM {refunds} f WHERE f.charge_id IN (SELECT id FROM chosen))"),
    "disputes": sql.SQL("(SELECT d.* FROM {disputes} d WHERE d.charge_id IN (SELECT id FROM chosen))"),
    "is_source_chosen": sql.SQL("AND source_id IN (SELECT id FROM chosen)"),
    "is_transaction_chosen": sql.SQL(
        "AND balance_transaction_id IN ("
        "SELECT balance_transaction_id FROM charges WHERE id IN (SELECT id FROM chosen) UNION ALL "
        "SELECT balance_transaction_id FROM ledger_entries WHERE source_id IN (SELECT id FROM chosen))"
    ),
}
CONTRIBUTIONS = FileDefinition(
    columns=(
        *codes("payment_id", "contribution_id", "kind", "status", "refund_state", "dispute_state"),
        instant("paid_at_utc"),
        day("accounting_date"),
        code("donor_ref"),
        text("donor_name", is_personal=True),
        text("donor_email", is_personal=True),
        code("country"),
        flag("anonymous"),
        text("campaign"),
        text("source_page"),
        code("presentment_currency"),
        money("presentment_amount", currency="presentment_currency"),
        code("currency"),
        money("gross", is_summed=True),
        money("fee", is_summed=True),
        money("fee_tax"),
        money("net", is_summed=True),
        money("refunded", is_summed=True),
        money("donor_selected_amount", currency="selected_currency"),
        flag("fees_covered"),
        *codes("payment_method", "card_brand", "last4"),
        flag("gift_aid"),
        code("payout_id"),
        day("payout_arrival_date"),
        *codes("charge_id", "payment_intent_id", "invoice_id", "subscription_id", "checkout_session_id"),
        code("balance_transaction_id"),
        integer("gross_minor"),
        integer("fee_minor"),
        integer("net_minor"),
        code("site"),
        text("fund"),
    ),
    signs="gross is what was received, fee what it cost (positive), net = gross - fee; refunded is positive",
    rows=_ROWS,
    order=BY_INSTANT,
    portion_key=PortionKey(
        ("x.effective_at",), sql.SQL("SELECT created_at AS key FROM charges WHERE created_at >= {starts_at}")
    ),
)


def chosen_names(
    names: Mapping[str, sql.Composable], portion: Portion, *, has_first_day: bool, has_last_day: bool
) -> dict[str, sql.Composable]:
    """Return the names that restrict the file to the charges that can be in a portion. `names` are of `query_names`."""
    if portion.to_key is None and not has_last_day:  # most charges are in it, so choosing them would only cost time
        return dict.fromkeys(("chosen", "is_source_chosen", "is_transaction_chosen"), sql.SQL(""))
    keys = {
        **names,
        "from_key": names["starts_at"] if portion.from_key is None else key_literal(portion.from_key),
        "to_key": names["no_end"] if portion.to_key is None else key_literal(portion.to_key),
    }
    early = _EARLY.format(**keys) if has_first_day and portion.from_key is None else sql.SQL("")
    chosen = _CHOSEN if portion.to_key is None else _FEW_CHOSEN
    restricted: dict[str, sql.Composable] = {name: relation.format(**names) for name, relation in _CHOSEN_ONLY.items()}
    return restricted | {"chosen": chosen.format(candidates=_CANDIDATES.format(**keys, early=early))}
