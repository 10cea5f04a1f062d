"""The money in GET /v1/insights: contributions by local day of their first payment, net of refunds."""

from typing import Any

from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.contributions.world import Newsroom, decide, open_devices


def give(newsroom: Newsroom, amount: str, currency: str = "EUR", **campaign_fields: Any) -> None:
    """Contribute through the prompt without being signed in, and settle Stripe's events a minute later."""
    phone, _ = open_devices(newsroom, **campaign_fields)
    token = decide(phone, is_signed_in=False)["prompts"][0]["prompt_token"]
    newsroom.give(prompt_token=token, amount=amount, currency=currency)
    newsroom.clock.advance(minutes=1)
    newsroom.settle()


def earned(newsroom: Newsroom, first: str = "2026-11-18", last: str = "2026-11-18") -> dict[str, Any]:
    """Return `paid` and `earned` of the readers in the experiment, by day."""
    services = newsroom.services
    request = TokenRequest("editor", TokenRole.EDITOR)
    token = create_token(services.engine, services.settings.secret_keys, request, newsroom.clock())
    response = newsroom.client.get(
        "/v1/insights/courier",
        query_string={"from": first, "to": last, "campaign": "autumn"},
        headers={"Authorization": f"Bearer {token.text}"},
    )
    assert response.status_code == 200, response.json
    lines = response.get_json()["counts"]
    return {line["day"]: (line["paid"], line["earned"]) for line in lines if line["is_counted"]}


def test_earnings_are_separate_for_each_currency(newsroom: Newsroom) -> None:
    give(newsroom, "5")
    give(newsroom, "12.34")
    give(newsroom, "500", "JPY")
    newsroom.give(amount="70")
    newsroom.settle()

    euro = {"currency": "EUR", "paid": 2, "paid_minor": 1734, "refunded_minor": 0, "net_minor": 1734}
    yen = {"currency": "JPY", "paid": 1, "paid_minor": 500, "refunded_minor": 0, "net_minor": 500}
    assert earned(newsroom) == {"2026-11-18": (3, [euro, yen])}


def test_refunds_reduce_the_earnings(newsroom: Newsroom) -> None:
    give(newsroom, "5")
    give(newsroom, "20")
    charges = dict(newsroom.rows("SELECT amount_captured_minor, id FROM charges"))
    newsroom.stripe.post("/v1/refunds", charge=charges[500])
    newsroom.stripe.post("/v1/refunds", charge=charges[2000], amount="300")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    euro = {"currency": "EUR", "paid": 1, "paid_minor": 2500, "refunded_minor": 800, "net_minor": 1700}
    assert earned(newsroom) == {"2026-11-18": (1, [euro])}


def test_days_are_local_and_only_readers_in_the_experiment_count(newsroom: Newsroom) -> None:
    newsroom.clock.advance(hours=13, minutes=20)  # 23:50 in Dublin
    give(newsroom, "5")
    newsroom.clock.advance(minutes=10)
    give(newsroom, "7")
    give(newsroom, "9", experiment={"coverage": 0})

    days = earned(newsroom, "2026-11-01", "2026-11-30")

    assert {day: (paid, [sums["net_minor"] for sums in earnings]) for day, (paid, earnings) in days.items()} == {
        "2026-11-18": (1, [500]),
        "2026-11-19": (1, [700]),
    }
