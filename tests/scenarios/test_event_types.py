"""Every type of event that we subscribe to, as a snapshot or as a thin notification, leads to the same books."""

import pytest

from service.stripe_gateway.event_types import NOTED_EVENTS, OBJECT_TYPE_BY_EVENT, SUBSCRIBED_EVENTS
from service.stripe_gateway.objects import ObjectType
from tests.scenarios import contribution_events, objects, subscription_events
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

ABOUT = {
    ObjectType.CHARGE: "ch_2",
    ObjectType.CHECKOUT_SESSION: "cs_test_2",
    ObjectType.CUSTOMER: "cus_1",
    ObjectType.DISPUTE: "du_1",
    ObjectType.EARLY_FRAUD_WARNING: "issfr_1",
    ObjectType.INVOICE: "in_1",
    ObjectType.INVOICE_PAYMENT: "inpay_pi_in_1_1",
    ObjectType.MANDATE: "mandate_1",
    ObjectType.PAYMENT_INTENT: "pi_2",
    ObjectType.PAYOUT: "po_1",
    ObjectType.REFUND: "re_ch_2_1",
    ObjectType.REVIEW: "prv_1",
    ObjectType.SUBSCRIPTION: "sub_1",
}


def create_every_object(stage: Stage) -> None:
    """Create an object of each kind."""
    stripe, at = stage.stripe, stage.at
    subscription_events.subscribed(stripe, stage.checkout("month"), at)
    contribution_events.one_off_paid(stripe, stage.checkout(), at)
    contribution_events.refunded(stripe, stripe.objects["ch_2"], 300, at)
    contribution_events.disputed(stripe, stripe.objects["ch_in_1_1"], at)
    contribution_events.paid_out(stripe, at)
    stripe.put(
        {"id": "cus_1", "object": "customer", "created": at, "livemode": False, "email": "mary@reader.example"},
        {"id": "issfr_1", "object": "radar.early_fraud_warning", "charge": "ch_2", "created": at, "actionable": True},
        {"id": "mandate_1", "object": "mandate", "status": "inactive", "payment_method": "pm_1"},
        {"id": "pm_1", "object": "payment_method", "type": "sepa_debit", "customer": "cus_1"},
        {"id": "prv_1", "object": "review", "charge": "ch_2", "created": at, "open": True},
    )


def thin(snapshot: Json) -> Json:
    """Return the thin notification of a snapshot event."""
    about = snapshot["data"]["object"]
    related = {"id": about["id"], "type": about["object"], "url": f"/v1/{about['id']}"}
    shown = {name: snapshot[name] for name in ("id", "livemode")}
    return {**shown, "object": "v2.core.event", "type": f"v1.{snapshot['type']}", "related_object": related}


@pytest.mark.parametrize("is_thin", [False, True], ids=["snapshot", "thin"])
def test_every_type_of_event_leads_to_the_same_books(stage: Stage, is_thin: bool) -> None:
    create_every_object(stage)
    stage.run("sync")
    before = stage.contributions, stage.balances
    events = [
        objects.event(kind, stage.stripe.objects[ABOUT[about]], stage.at)
        for kind, about in OBJECT_TYPE_BY_EVENT.items()
    ]
    others = sorted(SUBSCRIBED_EVENTS - set(OBJECT_TYPE_BY_EVENT) - {"invoice.upcoming"})
    events += [objects.event(kind, {"id": "xx_1", "object": "unknown"}, stage.at) for kind in others]
    upcoming = {"object": "invoice", "parent": {"subscription_details": {"subscription": "sub_1"}}}
    events += [{**objects.event("invoice.upcoming", {"id": "up_1"}, stage.at), "data": {"object": upcoming}}]

    stage.deliver([thin(event) if is_thin and "id" in event["data"]["object"] else event for event in events])

    assert sorted(stage.contributions) == sorted(before[0])
    assert stage.balances == before[1]
    ignored = [kind for (kind,) in stage.rows("SELECT type FROM stripe_events WHERE status = 'ignored' ORDER BY 1")]
    assert ignored == sorted(NOTED_EVENTS)
    assert {("fraud_warning", 1), ("mandate_lapsed", 1)} <= set(stage.mails)
    stage.check()


@pytest.mark.parametrize("name", ["contributions", "refunds", "disputes", "fees", "payouts", "payout_lines", "journal"])
def test_the_files_for_finance_hold_every_object(stage: Stage, name: str) -> None:
    create_every_object(stage)

    stage.run("sync")

    expected = {"contributions": 2, "refunds": 1, "disputes": 1, "payouts": 1, "payout_lines": 4}
    lines = stage.run("export", name).splitlines()
    assert len(lines) - 1 == expected.get(name, len(lines) - 1) > 0
