"""Words at Stripe that no file, page or database should ever see as they are."""

import csv
import io

import pytest

from tests.scenarios import stories
from tests.scenarios.conftest import Stage
from tests.scenarios.scripted import Json

# A NUL, line breaks, half a character: JSON can say all of it.
HOSTILE = 'a\0\r\n\t=1+1\u2028;"b"\ud800'
# What a reader or a bank can have a say in, where each object has it.
WORDS = {
    "charge": ("failure_message", "statement_descriptor"),
    "refund": ("reason", "failure_reason", "description"),
    "dispute": ("reason",),
    "payout": ("statement_descriptor", "description"),
    "balance_transaction": ("description",),
}


def poisoned(stage: Stage) -> list[Json]:
    """A gift, given back in part, disputed and paid out, with hostile words wherever there are words."""
    stripe, at = stage.stripe, stage.at
    session = stage.checkout()
    events = stories.one_off_paid(stripe, session, at)
    charge = stripe.objects[stripe.objects[session["payment_intent"]]["latest_charge"]]
    events += stories.refunded(stripe, charge, 200, at) + stories.disputed(stripe, charge, at)
    events += stories.paid_out(stripe, at)
    for found in stripe.objects.values():
        found.update(dict.fromkeys(WORDS.get(found["object"], ()), HOSTILE))
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
def test_hostile_words_at_stripe_are_worked_off_and_stay_in_their_cells(stage: Stage, name: str) -> None:
    stage.tell(poisoned(stage))
    assert stage.rows("SELECT type, last_error FROM stripe_events WHERE status NOT IN ('done', 'ignored')") == []

    written = stage.run("export", name, "--pii")

    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if not cell.isprintable() or cell.startswith(("=", "\t"))] == []
