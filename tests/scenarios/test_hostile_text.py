"""Hostile text at Stripe is neutralised before it reaches a file, a page or the database."""

import csv
import io

import pytest

from tests.scenarios import contribution_events
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

# A NUL, line breaks and an unpaired surrogate are all valid in JSON.
HOSTILE = 'a\0\r\n\t=1+1\u2028;"b"\ud800'
# The fields of each object that a reader or a bank can fill.
FREE_TEXT_FIELDS = {
    "charge": ("failure_message", "statement_descriptor"),
    "refund": ("reason", "failure_reason", "description"),
    "dispute": ("reason",),
    "payout": ("statement_descriptor", "description"),
    "balance_transaction": ("description",),
}


def poisoned(stage: Stage) -> list[Json]:
    """Return the events of a contribution that is partly refunded, disputed and paid out, with hostile text in each."""
    stripe, at = stage.stripe, stage.at
    session = stage.checkout()
    events = contribution_events.one_off_paid(stripe, session, at)
    charge = stripe.objects[stripe.objects[session["payment_intent"]]["latest_charge"]]
    events += contribution_events.refunded(stripe, charge, 200, at) + contribution_events.disputed(stripe, charge, at)
    events += contribution_events.paid_out(stripe, at)
    for item in stripe.objects.values():
        item.update(dict.fromkeys(FREE_TEXT_FIELDS.get(item["object"], ()), HOSTILE))
    for payout in stripe.of_kind("payout"):
        payout["trace_id"] = {"status": "supported", "value": HOSTILE}
    for dispute in stripe.of_kind("dispute"):
        dispute["payment_method_details"] = {"type": "card", "card": {"network_reason_code": HOSTILE}}
    card = {"brand": HOSTILE, "last4": HOSTILE, "country": HOSTILE}
    charge["payment_method_details"] = {"type": HOSTILE, HOSTILE: card, "card": card}
    address = {"country": HOSTILE, "postal_code": HOSTILE}
    session["customer_details"] |= {"name": HOSTILE, "email": f"{HOSTILE}@x.example", "address": address}
    return events


@pytest.mark.parametrize("name", ["contributions", "refunds", "disputes", "fees", "payouts", "payout_lines", "journal"])
def test_hostile_text_at_stripe_is_applied_and_stays_in_its_cells(stage: Stage, name: str) -> None:
    stage.deliver(poisoned(stage))
    assert stage.rows("SELECT type, last_error FROM stripe_events WHERE status NOT IN ('done', 'ignored')") == []

    written = stage.run("export", name, "--pii")

    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if not cell.isprintable() or cell.startswith(("=", "\t"))] == []
