"""Refunds, disputes, fraud warnings and delayed payments: their effect on contributions, the ledger and mail."""

from typing import Any

import pytest

from service.money import Money
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.contributions.world import Newsroom

DISPUTED_CARD = "4000 0000 0000 0259"
INQUIRY_CARD = "4000 0000 0000 1976"
REFUND_FAILS_CARD = "4000 0000 0000 5126"
GOOD_IBAN = "DE89370400440532013000"
BAD_IBAN = "DE62370400440532013001"


def mails(newsroom: Newsroom) -> list[str]:
    """Return the kinds of the mails that were sent, in the order of their keys."""
    return [kind for (kind,) in newsroom.rows("SELECT kind FROM mail_outbox WHERE status = 'sent' ORDER BY key")]


def settle(newsroom: Newsroom, **duration: float) -> None:
    newsroom.clock.advance(**duration)
    newsroom.settle()


def paid_charge(newsroom: Newsroom, amount: str = "20", card: str | None = None) -> str:
    answer = newsroom.checkout(amount=amount)
    newsroom.stripe.pay(answer.json["checkout_url"], **({"card": card} if card else {}))
    settle(newsroom, minutes=1)
    return str(newsroom.rows("SELECT id FROM charges")[0][0])


def ask_for_refund(newsroom: Newsroom, **wish: Any) -> Any:
    services = newsroom.services
    request = TokenRequest("Aoife, finance", TokenRole.FINANCE)
    token = create_token(services.engine, services.settings.secret_keys, request, newsroom.clock())
    return newsroom.client.post("/v1/refunds", json=wish, headers={"Authorization": f"Bearer {token.text}"})


def ledger_equals_stripe(newsroom: Newsroom) -> bool:
    held = newsroom.services.gateway.fetch_balance().payments.get("EUR", 0)
    booked = newsroom.rows("SELECT sum(net_minor) FROM balance_transactions")[0][0] or 0
    return bool(held == booked)


def test_a_charge_is_refunded_in_parts_until_nothing_is_left(newsroom: Newsroom) -> None:
    charge_id = paid_charge(newsroom)

    first = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
    repeated = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
    too_much = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0002", amount="15.01")
    rest = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0003")
    nothing_left = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0004")
    settle(newsroom, minutes=1)

    assert (first.status_code, first.json["amount_minor"]) == (201, 500)
    assert repeated.json["id"] == first.json["id"]
    assert (too_much.status_code, too_much.json["code"]) == (409, "refund_refused")
    assert "15.00 EUR is left" in too_much.json["title"]
    assert rest.json["amount_minor"] == 1500
    assert nothing_left.status_code == 409
    assert newsroom.rows("SELECT state, paid_minor, refunded_minor FROM contributions") == [("refunded", 2000, 2000)]
    assert newsroom.rows("SELECT DISTINCT requested_by FROM refunds") == [("Aoife, finance",)]
    assert ledger_equals_stripe(newsroom)
    assert mails(newsroom) == ["refunded", "refunded"]


def test_a_lost_answer_causes_no_second_refund(newsroom: Newsroom) -> None:
    charge_id = paid_charge(newsroom)
    newsroom.stripe.app.faults.add({"kind": "lost", "method": "POST", "path": "/v1/refunds", "times": 3})

    unknown = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
    newsroom.stripe.app.faults.clear()
    another = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0002", amount="5")
    again = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")

    assert unknown.status_code == 503
    assert another.status_code == 409
    assert again.status_code == 201
    assert len(newsroom.stripe.app.sandbox.store.all("refund")) == 1


@pytest.mark.parametrize("times", [1, 3, 4, 9])
def test_an_error_500_of_stripe_delays_a_refund_until_it_is_repeated(newsroom: Newsroom, times: int) -> None:
    """Stripe gives the answer 500 to every repeat under the same idempotency key, for a day."""
    charge_id = paid_charge(newsroom)
    faults = newsroom.stripe.app.faults
    faults.add({"kind": "server_error", "method": "POST", "path": "/v1/refunds", "times": times})

    failed = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
    faults.clear()
    again = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
    repeated = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
    settle(newsroom, minutes=1)

    assert failed.status_code == 503
    assert (again.status_code, repeated.json["id"]) == (201, again.json["id"])
    assert [refund["amount"] for refund in newsroom.stripe.app.sandbox.store.all("refund")] == [500]
    assert ledger_equals_stripe(newsroom)


@pytest.mark.parametrize("kinds", [("server_error", "lost"), ("lost", "server_error"), ("server_error",) * 3])
def test_any_row_of_failures_ends_in_one_refund(newsroom: Newsroom, kinds: tuple[str, ...]) -> None:
    charge_id = paid_charge(newsroom)
    faults = newsroom.stripe.app.faults
    for kind in kinds:
        faults.add({"kind": kind, "method": "POST", "path": "/v1/refunds", "times": 3})
        ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5")
        faults.clear()

    assert ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="5").status_code == 201
    assert len(newsroom.stripe.app.sandbox.store.all("refund")) == 1


def test_a_refund_of_an_unknown_charge_is_not_found(newsroom: Newsroom) -> None:
    answer = ask_for_refund(newsroom, charge_id="ch_unknown", key="wish-0001")

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_refund_needs_a_token(newsroom: Newsroom) -> None:
    answer = newsroom.client.post("/v1/refunds", json={"charge_id": "ch_1", "key": "wish-0001"})

    assert answer.status_code == 401


def test_a_disputed_charge_is_not_refunded_and_staff_get_one_mail(newsroom: Newsroom) -> None:
    charge_id = paid_charge(newsroom, card=DISPUTED_CARD)
    settle(newsroom, minutes=1)
    settle(newsroom, minutes=1)

    refused = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001")

    assert (refused.status_code, refused.json["code"]) == (409, "refund_refused")
    assert "disputed" in refused.json["title"]
    assert newsroom.rows("SELECT dispute_status FROM contributions") == [("needs_response",)]
    assert mails(newsroom) == ["dispute_opened"]
    assert ledger_equals_stripe(newsroom)


def test_a_charge_under_inquiry_can_be_refunded(newsroom: Newsroom) -> None:
    charge_id = paid_charge(newsroom, card=INQUIRY_CARD)
    settle(newsroom, minutes=1)
    assert newsroom.rows("SELECT status FROM disputes") == [("warning_needs_response",)]

    assert ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001").status_code == 201
    settle(newsroom, minutes=1)

    assert newsroom.rows("SELECT state FROM contributions") == [("refunded",)]
    assert ledger_equals_stripe(newsroom)


def test_an_early_fraud_warning_reaches_staff_once(newsroom: Newsroom) -> None:
    answer = newsroom.checkout(amount="20")
    newsroom.stripe.pay(answer.json["checkout_url"], card="4000 0000 0000 5423")
    for _ in range(3):
        newsroom.clock.advance(minutes=1)
        newsroom.settle()

    assert newsroom.rows("SELECT kind, status FROM mail_outbox") == [("fraud_warning", "sent")]


def test_a_failed_refund_makes_the_contribution_complete_again(newsroom: Newsroom) -> None:
    charge_id = paid_charge(newsroom, card=REFUND_FAILS_CARD)

    ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001")
    settle(newsroom, minutes=5)
    settle(newsroom, minutes=5)

    assert newsroom.rows("SELECT state, refunded_minor FROM contributions") == [("complete", 0)]
    assert "refund_failed" in mails(newsroom)
    assert ledger_equals_stripe(newsroom)


@pytest.mark.parametrize(
    ("account", "state", "mail"), [(GOOD_IBAN, "complete", []), (BAD_IBAN, "failed", ["payment_failed"])]
)
def test_a_bank_debit_is_pending_until_the_bank_answers(
    newsroom: Newsroom, account: str, state: str, mail: list[str]
) -> None:
    answer = newsroom.checkout(amount="20")
    paid = newsroom.stripe.pay_by_debit(answer.json["checkout_url"], account)
    assert paid.status_code == 303, paid.text
    settle(newsroom, seconds=1)
    assert newsroom.rows("SELECT state, paid_minor FROM contributions") == [("pending", 0)]

    settle(newsroom, minutes=5)

    assert newsroom.rows("SELECT state FROM contributions") == [(state,)]
    assert sorted(mails(newsroom)) == sorted(["payment_pending", *mail])
    assert ledger_equals_stripe(newsroom)


def test_a_refund_of_part_of_an_odd_amount_is_exact(newsroom: Newsroom) -> None:
    charge_id = paid_charge(newsroom, amount="19.99")

    made = ask_for_refund(newsroom, charge_id=charge_id, key="wish-0001", amount="4.35")

    assert Money(made.json["amount_minor"], made.json["currency"]) == Money(435, "EUR")
