"""What staff read of the money that prompts brought in: by day of the first payment, net of what was given back."""

from typing import Any

from service.tokens.store import Role
from service.tokens.tokens import TokenRequest, create_token
from tests.contributions.conftest import Newsroom, newsroom, stripe  # noqa: F401 fixtures
from tests.contributions.test_signed_in_readers import decide, open_with


def give(newsroom: Newsroom, amount: str, currency: str = "EUR", **changes: Any) -> None:  # noqa: F811
    """Through the prompt, by a reader who is not signed in; Stripe's events are told a minute later."""
    phone, _ = open_with(newsroom, **changes)
    token = decide(phone, is_signed_in=False)["prompts"][0]["prompt_token"]
    newsroom.give(prompt_token=token, amount=amount, currency=currency)
    newsroom.clock.advance(minutes=1)
    newsroom.settle()


def earned(newsroom: Newsroom, first: str = "2026-11-18", last: str = "2026-11-18") -> dict[str, Any]:  # noqa: F811
    """By day, `paid` and `earned` of those who take part in the experiment."""
    services = newsroom.services
    request = TokenRequest("editor", Role.EDITOR)
    token = create_token(services.engine, services.settings.secret_keys, request, newsroom.clock())
    answer = newsroom.client.get(
        "/v1/insights/courier",
        query_string={"from": first, "to": last, "campaign": "autumn"},
        headers={"Authorization": f"Bearer {token.text}"},
    )
    assert answer.status_code == 200, answer.json
    lines = answer.get_json()["counts"]
    return {line["day"]: (line["paid"], line["earned"]) for line in lines if line["is_counted"]}


def test_what_a_variant_brought_in_is_told_per_currency(newsroom: Newsroom) -> None:  # noqa: F811
    give(newsroom, "5")
    give(newsroom, "12.34")
    give(newsroom, "500", "JPY")
    newsroom.give(amount="70")
    newsroom.settle()

    euro = {"currency": "EUR", "paid": 2, "paid_minor": 1734, "refunded_minor": 0, "net_minor": 1734}
    yen = {"currency": "JPY", "paid": 1, "paid_minor": 500, "refunded_minor": 0, "net_minor": 500}
    assert earned(newsroom) == {"2026-11-18": (3, [euro, yen])}


def test_what_was_given_back_is_no_earning(newsroom: Newsroom) -> None:  # noqa: F811
    give(newsroom, "5")
    give(newsroom, "20")
    charges = dict(newsroom.rows("SELECT amount_captured_minor, id FROM charges"))
    newsroom.stripe.post("/v1/refunds", charge=charges[500])
    newsroom.stripe.post("/v1/refunds", charge=charges[2000], amount="300")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    euro = {"currency": "EUR", "paid": 1, "paid_minor": 2500, "refunded_minor": 800, "net_minor": 1700}
    assert earned(newsroom) == {"2026-11-18": (1, [euro])}


def test_a_day_is_the_sites_own_and_outsiders_stand_apart(newsroom: Newsroom) -> None:  # noqa: F811
    newsroom.ask_for()
    newsroom.clock.advance(hours=13, minutes=20)  # 23:50 in Dublin
    give(newsroom, "5")
    newsroom.clock.advance(minutes=10)
    give(newsroom, "7")
    give(newsroom, "9", experiment={"coverage": 0})

    both = earned(newsroom, "2026-11-01", "2026-11-30")

    assert {day: (paid, [one["net_minor"] for one in sums]) for day, (paid, sums) in both.items()} == {
        "2026-11-18": (1, [500]),
        "2026-11-19": (1, [700]),
    }
