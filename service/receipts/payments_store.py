"""The payments that receipts and Gift Aid count, and the day of each: the local day on which the payment succeeded.

A card payment succeeds at once, a bank debit days after it was begun. A payment in process is not a donation yet:
https://www.gov.uk/government/publications/charities-detailed-guidance-notes/chapter-3-gift-aid for cheques that are
not cleared, and https://www.irs.gov/publications/p526 for debits, which count on the day that the bank pays.
"""

from typing import Final, LiteralString

from psycopg import sql

from service.receipts.donors_store import DONOR_REF

# The instant at which a charge `c` succeeded. The ledger has it once the money is in the Stripe balance.
PAID_AT: Final[LiteralString] = """coalesce(
        (SELECT min(e.effective_at) FROM ledger_entries e WHERE e.source_id = c.id AND e.seq <= {ledger_seq}
            AND e.reason IN ('charge', 'charge_not_ours', 'charge_succeeded', 'charge_succeeded_not_ours')),
        (SELECT t.seen_at FROM fact_transitions t WHERE t.object_id = c.id AND t.transition = 'succeeded'),
        c.created_at)"""

# Lost disputes return a contribution as refunds do. `contested_minor` also has the disputes that are still open.
_PAYMENTS: Final[LiteralString] = f"""
SELECT p.*, (p.paid_at AT TIME ZONE {{zone}})::date AS paid_on
FROM (
    SELECT c.id AS charge_id, coalesce(c.payment_intent_id, c.id) AS payment_id, c.contribution_id, c.currency,
        {DONOR_REF} AS donor_ref, c.amount_captured_minor AS given_minor,
        c.amount_refunded_minor AS refunded_minor, coalesce(d.lost_minor, 0) AS lost_minor,
        coalesce(d.contested_minor, 0) AS contested_minor,
        {PAID_AT} AS paid_at
    FROM {{charges}} c
    LEFT JOIN {{contributions}} k ON k.id = c.contribution_id
    LEFT JOIN (
        SELECT charge_id, sum(amount_minor) AS contested_minor,
            sum(amount_minor) FILTER (WHERE status = 'lost') AS lost_minor
        FROM {{disputes}} d WHERE status NOT LIKE 'warning%' AND status NOT IN ('won', 'prevented') GROUP BY charge_id
    ) d ON d.charge_id = c.id
    WHERE c.contribution_id IS NOT NULL AND c.status = 'succeeded' AND c.amount_captured_minor > 0
    AND c.is_livemode = {{is_livemode}}
) p
"""  # noqa: S608 both parts are constants
PAYMENTS: Final = sql.SQL(_PAYMENTS)

# What can be claimed: payments in pounds, less what was or may be returned, on days that a declaration covers. HMRC
# also accepts other currencies at the rate of the day; those are left to the organisation.
_CLAIMS: Final[LiteralString] = f"""
SELECT p.charge_id, p.donor_ref, p.paid_on, p.net_minor, g.declaration_id
FROM (
    SELECT p.*, p.given_minor - p.refunded_minor - p.contested_minor AS net_minor FROM ({_PAYMENTS}) p
    WHERE p.currency = 'GBP'
) p
JOIN LATERAL (
    SELECT g.id AS declaration_id
    FROM {{gift_aid_declarations}} g
    LEFT JOIN {{contributions}} k ON k.id = g.donor_ref
    WHERE coalesce(k.donor_ref, g.donor_ref) = p.donor_ref
    AND p.paid_on BETWEEN g.valid_from AND coalesce(g.valid_until, 'infinity')
    ORDER BY g.valid_from DESC, g.id LIMIT 1
) g ON true
WHERE p.net_minor > 0
"""  # noqa: S608 both parts are constants
GIFT_AID_CLAIMS: Final = sql.SQL(_CLAIMS)
