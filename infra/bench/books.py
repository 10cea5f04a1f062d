"""Write invented books of any size inside the database: contributions, charges, fees, payouts and entries."""

import psycopg

PAYMENTS_PER_PAYOUT = 250

_STATEMENTS = (
    """
INSERT INTO contributions (id, site, interval, campaign, page_id, amount_minor, currency, language, covers_fee,
    is_anonymous, is_counted, attempt_key, is_open, return_url, created_at, expires_at, checkout_session_id, state,
    changed_at, paid_minor, refunded_minor, paid_count, customer_id)
SELECT 'ctb_' || md5(n::text), 'courier', 'one_off', 'autumn-' || n % 7, '/news/' || n % 5000, 500 + n % 9500, 'EUR',
    'en', n % 3 = 0, n % 10 = 0, true, 'key_' || n, false, 'https://courier.example/', at, at,
    'cs_live_' || md5('s' || n), 'complete', at, 500 + n % 9500, 0, 1, 'cus_' || md5((n % 400000)::text)
FROM (SELECT n, timestamptz '2026-01-01 00:00Z' + n * interval '31 seconds' AS at FROM generate_series(1, {count}) n) g
""",
    """
INSERT INTO balance_transactions (id, amount_minor, fee_minor, net_minor, currency, reporting_category, type, source_id,
    status, balance_type, created_at, available_at, recorded_at)
SELECT 'txn_' || md5(n::text), a, f, a - f, 'EUR', 'charge', 'charge', 'ch_' || md5(n::text), 'available', 'payments',
    at, at + interval '2 days', at
FROM (SELECT n, 500 + n % 9500 AS a, 25 + (500 + n % 9500) * 15 / 1000 AS f,
    timestamptz '2026-01-01 00:00Z' + n * interval '31 seconds' AS at FROM generate_series(1, {count}) n) g
""",
    """
INSERT INTO balance_transaction_fees (balance_transaction_id, line, type, amount_minor, currency, description)
SELECT id, 1, 'stripe_fee', fee_minor, currency, 'Stripe processing fees' FROM balance_transactions
""",
    """
INSERT INTO charges (id, status, amount_minor, amount_captured_minor, amount_refunded_minor, currency, created_at,
    is_livemode, is_paid, is_captured, is_refunded, is_disputed, balance_transaction_id, payment_intent_id, customer_id,
    contribution_id, site, interval, campaign, page_id, payment_method_type, card_brand, card_last4, card_country,
    status_rank, recorded_at)
SELECT 'ch_' || md5(n::text), 'succeeded', 500 + n % 9500, 500 + n % 9500, 0, 'EUR', at, {live}, true, true, false,
    false, 'txn_' || md5(n::text), 'pi_' || md5(n::text), 'cus_' || md5((n % 400000)::text), 'ctb_' || md5(n::text),
    'courier', 'one_off', 'autumn-' || n % 7, '/news/' || n % 5000, 'card', 'visa', to_char(n % 10000, 'FM0000'), 'IE',
    1, at
FROM (SELECT n, timestamptz '2026-01-01 00:00Z' + n * interval '31 seconds' AS at FROM generate_series(1, {count}) n) g
""",
    """
INSERT INTO payouts (id, status, amount_minor, currency, created_at, arrival_on, is_automatic, is_livemode, method,
    reconciliation_status, status_rank, recorded_at)
SELECT 'po_' || md5(p::text), 'paid', 1, 'EUR', at, (at + interval '2 days')::date, true, {live}, 'standard',
    'completed', 2, at
FROM (SELECT p, timestamptz '2026-01-01 00:00Z' + p * {per_payout} * interval '31 seconds' AS at
    FROM generate_series(0, {count} / {per_payout}) p) g
""",
    """
INSERT INTO payout_members (balance_transaction_id, payout_id, recorded_at)
SELECT 'txn_' || md5(n::text), 'po_' || md5((n / {per_payout})::text), timestamptz '2026-01-01 00:00Z'
FROM generate_series(1, {count}) n
""",
    """
INSERT INTO ledger_entries (seq, key, reason, source_type, source_id, balance_transaction_id, currency, effective_at,
    accounting_date, posted_at, causes, line_count)
SELECT row_number() OVER (ORDER BY created_at, id), 'bt:' || id, 'charge', 'charge', source_id, id, currency,
    created_at, created_at::date, created_at, ARRAY[id, source_id], 3 FROM balance_transactions
""",
    """
INSERT INTO ledger_postings (entry_seq, line, account, amount_minor, currency)
SELECT e.seq, l.line, l.account, l.amount_minor, e.currency
FROM ledger_entries e JOIN balance_transactions b ON b.id = e.balance_transaction_id
CROSS JOIN LATERAL (VALUES (1, '1100', b.net_minor), (2, '5100', b.fee_minor), (3, '4100', -b.amount_minor))
    l (line, account, amount_minor)
""",
    """
INSERT INTO ledger_day_totals
SELECT e.accounting_date, p.currency, p.account, sum(greatest(p.amount_minor, 0)), sum(greatest(-p.amount_minor, 0))
FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq GROUP BY 1, 2, 3
""",
    "INSERT INTO record_changes (table_name, object_id) SELECT 'ledger_entries', max(seq)::text FROM ledger_entries",
    "VACUUM ANALYZE",  # as PostgreSQL does in the nights; it would otherwise begin beside what is measured
    "CHECKPOINT",
)
_TABLES = (
    "contributions",
    "balance_transactions",
    "charges",
    "payouts",
    "payout_members",
    "ledger_entries",
    "ledger_postings",
)


def write_books(address: str, count: int, *, is_livemode: bool = True) -> None:
    """Fill a migrated, empty database with the books of `count` payments, as the owner of its tables."""
    with psycopg.connect(address, autocommit=True) as connection:
        # Triggers would check and record each of these rows, although all are balanced and new.
        for table in _TABLES:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        for statement in _STATEMENTS:
            values = {"count": int(count), "per_payout": PAYMENTS_PER_PAYOUT, "live": str(is_livemode).lower()}
            connection.execute(statement.format(**values).encode())
        for table in _TABLES:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
