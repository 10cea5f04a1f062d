"""The routes by which Stripe's command line pays a session."""

from tests.stripe_sandbox.world import World


def test_a_payment_page_declines_and_pays(world: World) -> None:
    session = world.session()
    headers = {"Authorization": "Bearer sk_test_x"}

    page = world.browser.get(f"/v1/payment_pages/{session.id}", headers=headers).get_json()
    declined = world.browser.post(
        f"/v1/payment_pages/{session.id}/confirm",
        data={"payment_method": "pm_card_visa_chargeDeclined"},
        headers=headers,
    )
    paid = world.browser.post(
        f"/v1/payment_pages/{session.id}/confirm", data={"payment_method": "pm_card_visa"}, headers=headers
    )

    assert page["amount_total"] == 500
    assert (declined.status_code, paid.get_json()["status"]) == (402, "complete")
