"""Forgetting a contributor: personal data goes, stays away, and the books do not change."""

from typing import Any

import pytest

from service.contributions.forget import StillContributingError, forget_contributor
from service.errors import NotFoundError
from service.stripe_events.retention import open_body
from tests.contributions.world import MARY, Newsroom
from tests.stripe_events.webhook import event, send


def test_a_forgotten_contributor_stays_forgotten_when_events_come_again(newsroom: Newsroom) -> None:
    newsroom.change_site(gift_fields=["message"])
    newsroom.give(amount="5", message="Keep going")
    newsroom.settle_after(minutes=1)
    books = newsroom.rows("SELECT count(*), sum(amount_minor) FROM ledger_postings")

    forget_contributor(newsroom.services, MARY.upper(), by="Aoife")
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stripe_events SET status = 'received', next_attempt_at = received_at")
    newsroom.settle()

    personal = "contributor_email, contributor_name, contributor_country, message, return_url"
    emptied = newsroom.rows(f"SELECT {personal}, paid_minor FROM contributions")
    assert emptied == [(None, None, None, None, "", 500)]
    named = newsroom.rows("SELECT count(*) FROM stripe_events WHERE sealed_body IS NOT NULL AND object_id LIKE 'c%'")
    assert named == [(0,)]
    assert newsroom.rows("SELECT count(*), sum(amount_minor) FROM ledger_postings") == books
    with pytest.raises(NotFoundError):
        forget_contributor(newsroom.services, MARY, by="Aoife")


def test_recorded_changes_hold_no_address_of_a_page(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)

    forget_contributor(newsroom.services, MARY, by="Aoife")

    changes = newsroom.rows("SELECT old_row::text FROM record_changes WHERE old_row IS NOT NULL")
    assert changes
    assert not [row for (row,) in changes if "courier.example" in row or "return_url" in row or "checkout_url" in row]


def test_a_contributor_with_a_running_subscription_is_not_forgotten(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)

    with pytest.raises(StillContributingError):
        forget_contributor(newsroom.services, MARY, by="Aoife")

    assert newsroom.rows("SELECT contributor_email FROM contributions") == [(MARY,)]


PERSON = {"billing_details": {"email": MARY, "name": "Mary Byrne"}}


def late_events(newsroom: Newsroom) -> list[dict[str, Any]]:
    """Return events of many types whose object is the contributor or contains them."""
    ((customer_id, contribution_id, intent_id),) = newsroom.rows(
        "SELECT customer_id, id, payment_intent_id FROM contributions"
    )
    (charge_id,) = newsroom.rows("SELECT id FROM charges")[0]
    # A guest has no customer at Stripe. Then only the address says who it is.
    customer_id, person = customer_id or "cus_other", {"name": "Mary Byrne"} if customer_id else {"email": MARY}
    carried: dict[str, dict[str, Any]] = {
        "customer.created": {"id": customer_id, "object": "customer", **person},
        "customer.updated": {"id": customer_id, "object": "customer", "email": MARY, "name": "Mary Byrne"},
        "customer.deleted": {"id": customer_id, "object": "customer", **person, "deleted": True},
        "customer.tax_id.created": {"id": "txi_1", "object": "tax_id", "customer": {"id": customer_id}},
        "payment_method.attached": {"id": "pm_1", "customer": customer_id, "billing_details": person},
        "payment_method.detached": {"id": "pm_1", "customer": None, **PERSON},
        "setup_intent.succeeded": {"id": "seti_1", "customer": None, "last_setup_error": {"payment_method": PERSON}},
        "credit_note.created": {"id": "cn_1", "customer_name": "Mary Byrne", "memo": f"for {MARY.upper()}, thanks"},
        "charge.succeeded": {"id": charge_id, "object": "charge", **PERSON},
        "charge.failed": {"id": "ch_missing", "object": "charge", "payment_intent": intent_id, "name": "Mary Byrne"},
        "checkout.session.completed": {"id": "cs_missing", "metadata": {"keepopen_contribution": contribution_id}},
        "invented.by_stripe": {"id": "inv_1", "deep": [{"er": [MARY]}]},
        "balance.available": {"object": "balance", "note": MARY},
    }
    return [event(f"evt_{kind}", kind, data={"object": about}) for kind, about in carried.items()]


@pytest.mark.parametrize("interval", ["one_off", "month"])
@pytest.mark.parametrize("order", ["before", "waiting", "after"])
def test_no_event_brings_an_erased_person_back(newsroom: Newsroom, order: str, interval: str) -> None:
    newsroom.give(amount="5", interval=interval)
    newsroom.settle_after(minutes=1)
    if interval == "month":
        (subscription_id,) = newsroom.rows("SELECT subscription_id FROM contributions")[0]
        newsroom.stripe.delete(f"/v1/subscriptions/{subscription_id}")
        newsroom.settle_after(minutes=1)
    late = late_events(newsroom)
    late += [event("evt_mode", livemode=True, data={"object": PERSON})]
    late += [event("evt_account", account="acct_other", data={"object": PERSON})]

    for sent in late if order != "after" else ():
        assert send(newsroom, sent).status_code == 200
    if order == "before":
        newsroom.settle_after(days=1)
    forget_contributor(newsroom.services, MARY, by="Aoife")
    for sent in late if order == "after" else ():
        assert send(newsroom, sent).status_code == 200
    newsroom.settle_after(days=1)

    kept = newsroom.rows("SELECT type, sealed_body FROM stripe_events WHERE sealed_body IS NOT NULL ORDER BY type")
    bodies = {kind: open_body(newsroom.services.keys, bytes(sealed)) or b"" for kind, sealed in kept}
    assert [kind for kind, body in bodies.items() if b"mary" in body.lower()] == []
    assert newsroom.rows("SELECT DISTINCT contributor_email, contributor_name FROM contributions") == [(None, None)]


def test_events_about_others_keep_their_bodies(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)
    forget_contributor(newsroom.services, MARY, by="Aoife")

    for number, email in enumerate(("aoife@reader.example", "byrne@reader.example", "xmary.byrne@reader.example")):
        send(newsroom, event(f"evt_{number}", "payment_method.attached", data={"object": {"email": email}}))

    kept = newsroom.rows("SELECT id FROM stripe_events WHERE sealed_body IS NOT NULL AND type LIKE 'payment_method%'")
    assert [id_ for (id_,) in sorted(kept)] == ["evt_0", "evt_1", "evt_2"]


def test_an_erasure_leaves_a_record_of_who_erased_whom_and_when(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)
    run = newsroom.client.application.test_cli_runner().invoke

    run(args=["readers", "forget", MARY, "--by", "Aoife Nolan"])
    run(args=["readers", "forget-account", "courier", "reader-1", "--by", "Aoife Nolan"])

    rows = newsroom.rows("SELECT kind, erased_by, erased_at, subject_hash::text FROM erasures ORDER BY id")
    assert [row[:3] for row in rows] == [
        ("contributor", "Aoife Nolan", newsroom.clock()),
        ("account", "Aoife Nolan", newsroom.clock()),
    ]
    assert MARY not in str(rows)
    assert run(args=["readers", "erasures"]).output.count("by Aoife Nolan") == 2
    assert run(args=["readers", "erasures", MARY.upper()]).output.count("contributor") == 1
    assert run(args=["readers", "erasures", "aoife@reader.example"]).output.count("by ") == 0


def test_a_customer_deleted_at_stripe_leaves_a_record(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    newsroom.settle_after(minutes=1)
    (customer_id,) = newsroom.rows("SELECT customer_id FROM contributions")[0]

    newsroom.stripe.delete(f"/v1/customers/{customer_id}")
    newsroom.settle_after(minutes=1)

    assert newsroom.rows("SELECT kind, erased_by FROM erasures") == [("customer", "Stripe")]
    assert newsroom.rows("SELECT contributor_email FROM contributions") == [(None,)]


def test_an_address_that_only_a_stored_event_names_is_erased_there(newsroom: Newsroom) -> None:
    send(newsroom, event(event_type="payment_method.attached", data={"object": {"id": "pm_1", **PERSON}}))

    forget_contributor(newsroom.services, MARY, by="Aoife")

    assert newsroom.rows("SELECT sealed_body FROM stripe_events") == [(None,)]
    assert newsroom.rows("SELECT kind FROM erasures") == [("contributor",)]
