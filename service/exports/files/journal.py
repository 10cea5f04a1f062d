"""journal.csv: the postings of the ledger as journals, one for each entry, each day or each payout."""

from collections.abc import Mapping

from psycopg import sql

from service.exports.columns import code, codes, day, instant, integer, money, text
from service.exports.files.definition import FileDefinition
from service.exports.files.portion import PortionKey
from service.exports.files.subjects import SUBJECT
from service.exports.request import Granularity

# Every posting, with the payout that carried its money to the bank, if there is one. The money of a returned payout
# is carried by a later payout, so it belongs to that one as soon as Stripe lists it there.
_POSTINGS = sql.SQL("""
SELECT e.seq, e.key, e.reason, e.source_type, e.source_id, e.accounting_date, e.effective_at, p.line, p.account,
    p.amount_minor, p.currency, CASE
        WHEN e.reason IN ('payout', 'payout_paid') THEN e.source_id
        WHEN m.payout_id IS NOT NULL THEN m.payout_id
        WHEN e.source_type = 'payout' THEN e.source_id
    END AS payout_id, n.why, {dimensions}
FROM ledger_entries e
JOIN ledger_postings p ON p.entry_seq = e.seq
LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
LEFT JOIN manual_entries n ON n.id = e.source_id
{contribution}
WHERE e.seq <= {ledger_seq}
""")
# Only income and costs belong to a contribution.
_DIMENSIONS = sql.SQL(
    "CASE WHEN p.account BETWEEN '4' AND '6' THEN subject.site END AS site, "
    "CASE WHEN p.account BETWEEN '4' AND '6' THEN subject.campaign END AS campaign, "
    "CASE WHEN p.account BETWEEN '4' AND '6' THEN subject.fund END AS fund"
)
_NO_DIMENSIONS = sql.SQL("NULL::text AS site, NULL::text AS campaign, NULL::text AS fund")
_CHOSEN = sql.SQL(" AND e.accounting_date BETWEEN {from_on} AND {to_on}{in_batch} AND {in_portion}")
_PER_TRANSACTION = sql.SQL("""
SELECT seq, key AS journal_id, line, accounting_date, effective_at, account,
    greatest(amount_minor, 0) AS debit_minor, greatest(-amount_minor, 0) AS credit_minor, currency,
    reason || ' ' || source_id || coalesce(': ' || why, '') AS memo, source_type, source_id, payout_id, site, campaign,
    fund, 'KO-' || seq AS number, NULL::text AS payout_part, NULL::date AS bank_date, NULL::bigint AS bank_amount_minor
FROM ({lines}) posting
""")
# Debits and credits of an account are summed apart, so that both totals are equal in every granularity.
_SUMMED = sql.SQL("""
SELECT max(seq) OVER journal AS seq, journal_id,
    row_number() OVER (journal ORDER BY account, is_credit, site, campaign, fund) AS line,
    max(accounting_date) OVER journal AS accounting_date, max(effective_at) OVER journal AS effective_at, account,
    CASE WHEN is_credit THEN 0 ELSE total_minor END AS debit_minor,
    CASE WHEN is_credit THEN -total_minor ELSE 0 END AS credit_minor, currency,
    split_part(journal_id, ':', 1) || ' ' || split_part(journal_id, ':', 2) AS memo,
    split_part(journal_id, ':', 1) AS source_type, split_part(journal_id, ':', 2) AS source_id, payout_id,
    site, campaign, fund, {number} AS number, NULL::text AS payout_part, NULL::date AS bank_date,
    NULL::bigint AS bank_amount_minor
FROM (
    SELECT {journal} || ':' || currency || {batch_mark} AS journal_id, {payout} AS payout_id, account,
        amount_minor < 0 AS is_credit, currency, site, campaign, fund, sum(amount_minor) AS total_minor,
        max(seq) AS seq, max(accounting_date) AS accounting_date, max(effective_at) AS effective_at
    FROM ({lines}) posting
    GROUP BY 1, 2, account, amount_minor < 0, currency, site, campaign, fund
) summed
WINDOW journal AS (PARTITION BY journal_id)
""")
_DAY = sql.SQL("'day:' || to_char(accounting_date, 'YYYY-MM-DD')")
# A payout has a journal for each month that it touches, so that no journal moves an amount into another month.
_PAYOUT = sql.SQL(
    "CASE WHEN payout_id IS NULL THEN 'unpaid:' || to_char(accounting_date, 'YYYY-MM-DD') "
    "ELSE 'payout:' || payout_id || ':' || to_char(accounting_date, 'YYYY-MM') END"
)
# QuickBooks takes at most 21 characters. A number follows from the journal's id, so it is the same in every file.
_DAY_NUMBER = sql.SQL(
    "'KO-' || to_char(max(accounting_date) OVER journal, 'YYYYMMDD') || '-' || currency || {number_mark}"
)
_PAYOUT_NUMBER = sql.SQL("'KO-' || upper(left(md5(journal_id), 14))")
# Says which part of which bank line a payout's journal is, in at most 60 characters.
_TIED_TO_THE_BANK = sql.SQL("""
SELECT s.seq, s.journal_id, s.line, s.accounting_date, s.effective_at, s.account, s.debit_minor, s.credit_minor,
    s.currency, coalesce(s.payout_id || ' ' || t.payout_part || ', ' || CASE
        WHEN t.is_paid THEN 'bank ' || t.bank_date WHEN t.is_returned THEN 'returned' ELSE 'due ' || t.due_on END,
        s.memo) AS memo,
    s.source_type, s.source_id, s.payout_id, s.site, s.campaign, s.fund, s.number, t.payout_part, t.bank_date,
    t.bank_amount_minor
FROM ({journals}) s
LEFT JOIN (
    SELECT part.payout_id, part.month, whole.is_paid, po.status IN ('failed', 'canceled') AS is_returned,
        CASE WHEN whole.is_paid THEN po.arrival_on END AS bank_date,
        CASE WHEN whole.is_paid THEN po.amount_minor END AS bank_amount_minor,
        po.arrival_on AS due_on,
        CASE WHEN whole.is_paid AND part.entry_count = whole.entry_count THEN 'whole'
            ELSE part.month || ' part' END AS payout_part
    FROM (
        SELECT payout_id, to_char(accounting_date, 'YYYY-MM') AS month, count(DISTINCT seq) AS entry_count
        FROM ({lines}) posting WHERE payout_id IS NOT NULL GROUP BY 1, 2
    ) part
    CROSS JOIN LATERAL (
        SELECT count(*) AS entry_count, bool_or(e.reason = 'payout_paid') AS is_paid
        FROM (
            SELECT e.seq, e.reason FROM {payout_members} m
            JOIN ledger_entries e ON e.balance_transaction_id = m.balance_transaction_id
            WHERE m.payout_id = part.payout_id AND e.reason <> 'payout'
            UNION ALL
            SELECT e.seq, e.reason FROM ledger_entries e
            LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
            WHERE e.source_id = part.payout_id AND (e.reason IN ('payout', 'payout_paid') OR m.payout_id IS NULL)
        ) e
        JOIN ledger_postings p ON p.entry_seq = e.seq AND p.line = 1
        WHERE e.seq <= {ledger_seq}
    ) whole
    LEFT JOIN {payouts} po ON po.id = part.payout_id
) t ON t.payout_id = s.payout_id AND t.month = to_char(s.accounting_date, 'YYYY-MM')
""")
_ROWS = sql.SQL("""
SELECT j.*, j.account AS account_code, a.name AS account_name
FROM ({lines}) j
JOIN ledger_accounts a ON a.code = j.account
""")
JOURNAL = FileDefinition(
    columns=(
        integer("seq"),
        code("journal_id"),
        integer("line"),
        day("accounting_date"),
        instant("effective_at_utc"),
        code("account_code"),
        text("account_name"),
        money("debit", is_summed=True),
        money("credit", is_summed=True),
        code("currency"),
        text("memo"),
        *codes("source_type", "source_id", "payout_id"),
        code("payout_part"),
        day("bank_date"),
        money("bank_amount"),
        code("site"),
        text("campaign"),
        text("fund"),
    ),
    signs="debit and credit are never negative; one of the two is zero; bank_amount is positive if money went to the "
    "bank",
    rows=_ROWS,
    order=sql.SQL("seq, line"),
    portion_key=PortionKey(
        ("e.seq",),
        sql.SQL("SELECT seq AS key FROM ledger_entries WHERE accounting_date BETWEEN {from_on} AND {to_on}"),
        most_rows=4,
    ),
)


def journal_lines(
    granularity: Granularity, names: Mapping[str, sql.Composable], *, has_dimensions: bool
) -> sql.Composable:
    """Return the statement of the journal's lines with our own account codes. `names` come from `query_names`.

    With `has_dimensions`, income and costs are apart by site and campaign; without, these two are empty.
    """
    subject = SUBJECT.format(**names) if has_dimensions else sql.SQL("")
    dimensions = _DIMENSIONS if has_dimensions else _NO_DIMENSIONS
    postings = _POSTINGS.format(**{**names, "contribution": subject, "dimensions": dimensions})
    lines = postings + _CHOSEN.format(**names)
    match granularity:
        case Granularity.TRANSACTION:
            return _PER_TRANSACTION.format(lines=lines)
        case Granularity.DAY:
            number = _DAY_NUMBER.format(**names)
            return _SUMMED.format(lines=lines, journal=_DAY, payout=sql.SQL("NULL::text"), number=number, **names)
        case Granularity.PAYOUT:
            journals = _SUMMED.format(
                lines=lines, journal=_PAYOUT, payout=sql.SQL("payout_id"), number=_PAYOUT_NUMBER, **names
            )
            return _TIED_TO_THE_BANK.format(journals=journals, lines=lines, **names)
