"""Checkout Sessions that expire and are recovered."""

from tests.stripe_sandbox.world import World


def test_an_unpaid_session_expires_and_can_be_recovered(world: World) -> None:
    session = world.session(after_expiration={"recovery": {"enabled": True}})

    world.advance(hours=24)

    expired = world.v1.checkout.sessions.retrieve(session.id)
    assert expired.status == "expired"
    assert world.deliver() == ["checkout.session.expired"]
    assert world.browser.get(f"/c/pay/{session.id}").status_code == 410
    fresh = world.browser.get(f"/c/recover/{session.id}")
    assert "/c/pay/cs_test_" in fresh.location
    assert world.v1.checkout.sessions.retrieve(fresh.location.rsplit("/", 1)[1]).recovered_from == session.id
