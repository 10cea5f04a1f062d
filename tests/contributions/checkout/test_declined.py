"""A hosted page on which stolen cards are tried is expired; a reader with a mistyped card keeps theirs."""

import pytest

from service.contributions.checkout.card_testing import MINIMUM_DECLINES
from service.contributions.checkout.declined import MAX_DECLINES, expire_declined_sessions
from tests.contributions.world import Newsroom

DECLINED = (
    "INSERT INTO charges (id, status, amount_minor, amount_captured_minor, amount_refunded_minor, currency, created_at,"
    " is_livemode, is_paid, is_captured, is_refunded, is_disputed, site, contribution_id, status_rank, recorded_at)"
    " SELECT 'ch_' || n || id, 'failed', 100, 0, 0, 'EUR', %(now)s, false, false, false, false, false, site, id, 2,"
    " %(now)s FROM contributions, generate_series(1, %(count)s) AS n"
)


def decline_on_page(newsroom: Newsroom, count: int) -> None:
    """Record so many declined charges on every hosted page."""
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql(DECLINED, {"now": newsroom.clock(), "count": count})


def statuses(newsroom: Newsroom) -> list[str]:
    return [session["status"] for session in newsroom.stripe.app.sandbox.store.all("checkout.session")]


@pytest.mark.parametrize(
    ("on_page", "elsewhere", "status"),
    [
        (0, 0, "open"),
        (MAX_DECLINES - 1, 0, "open"),
        (MAX_DECLINES, 0, "expired"),
        (0, MINIMUM_DECLINES, "open"),
        (1, MINIMUM_DECLINES, "expired"),
    ],
)
def test_a_page_is_expired_after_its_declines(newsroom: Newsroom, on_page: int, elsewhere: int, status: str) -> None:
    newsroom.checkout()
    decline_on_page(newsroom, on_page)
    newsroom.decline(elsewhere)

    assert expire_declined_sessions(newsroom.services) == (status == "expired")
    assert expire_declined_sessions(newsroom.services) == 0

    assert statuses(newsroom) == [status]


def test_the_next_click_opens_another_page(newsroom: Newsroom) -> None:
    token = newsroom.token()
    first = newsroom.checkout(support_token=token)
    decline_on_page(newsroom, MAX_DECLINES)
    expire_declined_sessions(newsroom.services)

    second = newsroom.checkout(support_token=token)

    assert second.json["checkout_url"] != first.json["checkout_url"]
    assert statuses(newsroom) == ["expired", "open"]


def test_a_page_that_stripe_cannot_expire_now_is_tried_again(newsroom: Newsroom) -> None:
    newsroom.checkout()
    decline_on_page(newsroom, MAX_DECLINES)
    newsroom.stripe.app.faults.add({"kind": "server_error", "path": "/v1/checkout/sessions", "times": 9})
    assert expire_declined_sessions(newsroom.services) == 0
    newsroom.stripe.app.faults.clear()

    assert expire_declined_sessions(newsroom.services) == 1


def test_a_page_that_was_paid_meanwhile_is_left_alone(newsroom: Newsroom) -> None:
    answer = newsroom.checkout()
    decline_on_page(newsroom, MAX_DECLINES)
    newsroom.stripe.pay(answer.json["checkout_url"])

    expire_declined_sessions(newsroom.services)

    assert statuses(newsroom) == ["complete"]
