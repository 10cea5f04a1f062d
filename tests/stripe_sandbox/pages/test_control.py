"""The sandbox's own routes under /_sandbox/."""

import pytest

from tests.stripe_sandbox.make import subscribe
from tests.stripe_sandbox.world import World


def test_everything_can_be_paid_out_by_hand(world: World) -> None:
    world.charge(500)

    paid = world.browser.post("/_sandbox/payouts", json={}).get_json()["payouts"]

    assert world.v1.payouts.retrieve(paid[0]).amount == 467
    assert world.euros() == {"available": 0, "pending": 0}
    assert world.browser.get("/_sandbox/balance").get_json()["totals"]["eur"]["net"] == 0


def test_a_subscription_can_be_renewed_by_hand(world: World) -> None:
    subscription = subscribe(world)

    world.browser.post(f"/_sandbox/subscriptions/{subscription.id}/renew", json={})

    invoices = world.v1.invoices.list({"subscription": subscription.id}).data
    assert [invoice.status for invoice in invoices] == ["paid", "paid"]


def test_a_delivery_can_be_sent_again_from_the_overview(world: World) -> None:
    world.v1.customers.create({"name": "A"})
    world.deliver()
    page = world.browser.get("/_sandbox/").text
    record = world.only_delivery()

    answer = world.browser.post(f"/_sandbox/deliveries/{record['id']}/resend", data={"now": "1"})

    assert f"/_sandbox/deliveries/{record['id']}/resend" in page
    assert answer.status_code == 303
    assert world.inbox.types == ["customer.created", "customer.created"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "events/evt_none"),
        ("POST", "deliveries/del_none/resend"),
        ("POST", "subscriptions/sub_none/renew"),
        ("POST", "payouts/po_none/paid"),
    ],
)
def test_an_action_on_an_unknown_object_is_refused(world: World, method: str, path: str) -> None:
    answer = world.browser.open(f"/_sandbox/{path}", method=method, json={})

    assert answer.status_code == 404
    assert answer.get_json()["error"]["message"].startswith("No such ")


def test_an_unknown_fault_or_knob_is_refused(world: World) -> None:
    assert world.browser.post("/_sandbox/faults", json={"kind": "earthquake"}).status_code == 400
    assert world.browser.post("/_sandbox/knobs", json={"volume": 11}).status_code == 400
