"""Every type of event we subscribe to, as a snapshot and as a thin notification: worked off to the same books."""

import pytest

from service.stripe_gateway.event_types import NOTED_EVENTS, OBJECT_TYPE_BY_EVENT, SUBSCRIBED_EVENTS
from service.stripe_gateway.objects import ObjectType
from tests.scenarios import lives, objects, stories
from tests.scenarios.conftest import Stage
from tests.scenarios.scripted import Json

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


def everything(stage: Stage) -> None:
    """One object of each kind."""
    stripe, at = stage.stripe, stage.at
    lives.subscribed(stripe, stage.checkout("month"), at)
    stories.one_off_paid(stripe, stage.checkout(), at)
    stories.refunded(stripe, stripe.objects["ch_2"], 300, at)
    stories.disputed(stripe, stripe.objects["ch_in_1_1"], at)
    stories.paid_out(stripe, at)
    stripe.put(
        {"id": "cus_1", "object": "customer", "created": at, "livemode": False, "email": "mary@reader.example"},
        {"id": "issfr_1", "object": "radar.early_fraud_warning", "charge": "ch_2", "created": at, "actionable": True},
        {"id": "mandate_1", "object": "mandate", "status": "inactive", "payment_method": "pm_1"},
        {"id": "pm_1", "object": "payment_method", "type": "sepa_debit", "customer": "cus_1"},
        {"id": "prv_1", "object": "review", "charge": "ch_2", "created": at, "open": True},
    )


def thin(of: Json) -> Json:
    about = of["data"]["object"]
    related = {"id": about["id"], "type": about["object"], "url": f"/v1/{about['id']}"}
    shown = {name: of[name] for name in ("id", "livemode")}
    return {**shown, "object": "v2.core.event", "type": f"v1.{of['type']}", "related_object": related}


@pytest.mark.parametrize("is_thin", [False, True], ids=["snapshot", "thin"])
def test_every_type_of_event_is_worked_off_to_the_same_books(stage: Stage, is_thin: bool) -> None:
    everything(stage)
    stage.run("sync")
    before = stage.given, stage.balances
    events = [
        objects.event(kind, stage.stripe.objects[ABOUT[about]], stage.at)
        for kind, about in OBJECT_TYPE_BY_EVENT.items()
    ]
    others = sorted(SUBSCRIBED_EVENTS - set(OBJECT_TYPE_BY_EVENT) - {"invoice.upcoming"})
    events += [objects.event(kind, {"id": "xx_1", "object": "unheard_of"}, stage.at) for kind in others]
    upcoming = {"object": "invoice", "parent": {"subscription_details": {"subscription": "sub_1"}}}
    events += [{**objects.event("invoice.upcoming", {"id": "up_1"}, stage.at), "data": {"object": upcoming}}]

    stage.tell([thin(each) if is_thin and "id" in each["data"]["object"] else each for each in events])

    assert sorted(stage.given) == sorted(before[0])
    assert stage.balances == before[1]
    ignored = [kind for (kind,) in stage.rows("SELECT type FROM stripe_events WHERE status = 'ignored' ORDER BY 1")]
    assert ignored == sorted(NOTED_EVENTS)
    assert {("fraud_warning", 1), ("mandate_lapsed", 1)} <= set(stage.mails)
    stage.check()


@pytest.mark.parametrize("name", ["contributions", "refunds", "disputes", "fees", "payouts", "payout_lines", "journal"])
def test_the_files_of_finance_hold_all_of_it(stage: Stage, name: str) -> None:
    everything(stage)

    stage.run("sync")

    expected = {"contributions": 2, "refunds": 1, "disputes": 1, "payouts": 1, "payout_lines": 4}
    lines = stage.run("export", name).splitlines()
    assert len(lines) - 1 == expected.get(name, len(lines) - 1) > 0
