"""What the tests of reconciliation share: the events that Stripe sends, and the state that they lead to."""

import json
from typing import Any

from tests.contributions.world import Newsroom

# Each contribution's state and amounts, then the number of charges, the number and the sum of balance transactions, and
# the number of ledger entries.
STATE = """
    SELECT c.state, c.paid_minor, c.refunded_minor, c.recurring_minor,
           (SELECT count(*) FROM charges), (SELECT count(*) FROM balance_transactions),
           (SELECT sum(amount_minor) FROM balance_transactions), (SELECT count(*) FROM ledger_entries)
    FROM contributions c
"""


def sent_events(newsroom: Newsroom) -> list[dict[str, Any]]:
    """Return the events that Stripe sends a minute later, without delivering them to the service."""
    newsroom.clock.advance(minutes=1)
    receiver, newsroom.stripe.receiver = newsroom.stripe.receiver, lambda *_: 200
    newsroom.stripe.sent.clear()
    newsroom.stripe.deliver()
    newsroom.stripe.receiver = receiver
    return [json.loads(body) for _, body in newsroom.stripe.sent]
