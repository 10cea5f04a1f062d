"""Starting a contribution: a session for each prompt and choice, and bad requests store nothing."""

import csv
import threading
from typing import Any

import pytest
from msgspec.structs import replace

from service.contributions.checkout.resume import resume_token
from service.decisions.prompt_token import PromptToken, ShownPrompt, prompt_sealer, seal_of
from tests.contributions.world import Newsroom


def prompt_token(newsroom: Newsroom, **changes: Any) -> str:
    token = PromptToken(
        site="courier",
        page_id="a-1",
        decision_id="dec_1",
        issued_at=int(newsroom.clock().timestamp()),
        prompts=(ShownPrompt("autumn", "control", "article_top", "epic", "EUR"),),
    )
    return "0" + seal_of(prompt_sealer(newsroom.services.keys), replace(token, **changes))


def test_a_contribution_records_the_campaign_and_page_it_came_from(newsroom: Newsroom) -> None:
    response = newsroom.checkout(prompt_token=prompt_token(newsroom))

    assert response.status_code == 200
    assert newsroom.rows("SELECT site, campaign, variant, placement, page_id FROM contributions") == [
        ("courier", "autumn", "control", "article_top", "a-1")
    ]


def test_every_object_at_stripe_carries_the_contributions_metadata(newsroom: Newsroom) -> None:
    newsroom.change_site(fund="CORE")
    newsroom.checkout(prompt_token=prompt_token(newsroom), amount="5")
    newsroom.checkout(prompt_token=prompt_token(newsroom), amount="5", interval="month")
    for (url,) in newsroom.rows("SELECT checkout_url FROM contributions"):
        newsroom.stripe.pay(url)

    objects = newsroom.stripe.app.sandbox.store
    kinds = ("checkout.session", "payment_intent", "subscription")
    found = {kind: [stored["metadata"] for stored in objects.all(kind) if stored["metadata"]] for kind in kinds}
    expected = {"keepopen_schema", "keepopen_contribution", "keepopen_site", "keepopen_interval"}
    expected |= {"keepopen_campaign", "keepopen_variant", "keepopen_page", "keepopen_fund"}
    assert all(set(metadata) == expected for kind in kinds for metadata in found[kind])
    assert [len(found[kind]) for kind in kinds] == [2, 1, 1]


def test_a_double_click_creates_one_session(newsroom: Newsroom) -> None:
    token = newsroom.token()

    first, second = (newsroom.checkout(support_token=token) for _ in range(2))

    assert first.json == second.json
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(1,)]


def test_clicks_at_the_same_moment_create_one_session(newsroom: Newsroom) -> None:
    token, urls = newsroom.token(), []
    app = newsroom.client.application
    body = {"support_token": token, "site": "courier", "interval": "one_off", "amount": "5"}

    def click() -> None:
        urls.append(app.test_client().post("/v1/checkout", json=body).json["checkout_url"])  # type: ignore[index]

    threads = [threading.Thread(target=click) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(urls) == 5
    assert len(set(urls)) == 1
    assert len(newsroom.stripe.app.sandbox.store.all("checkout.session")) == 1


def test_a_repeat_after_a_lost_answer_creates_no_second_session(newsroom: Newsroom) -> None:
    token = newsroom.token()
    newsroom.stripe.app.faults.add({"kind": "lost", "path": "/v1/checkout", "times": 3})

    failed = newsroom.checkout(support_token=token)
    newsroom.stripe.app.faults.clear()
    repeated = newsroom.checkout(support_token=token)

    assert failed.status_code == 503
    assert repeated.status_code == 200
    assert len(newsroom.stripe.app.sandbox.store.all("checkout.session")) == 1


@pytest.mark.parametrize("times", [1, 3, 9])
def test_an_error_500_of_stripe_leaves_the_button_working(newsroom: Newsroom, times: int) -> None:
    """Stripe gives the answer 500 to every repeat under the same idempotency key, for a day."""
    token = newsroom.token()
    faults = newsroom.stripe.app.faults
    faults.add({"kind": "server_error", "method": "POST", "path": "/v1/checkout/sessions", "times": times})

    failed = newsroom.checkout(support_token=token)
    faults.clear()
    again, joined = (newsroom.checkout(support_token=token) for _ in range(2))

    assert (failed.status_code, again.status_code) == (503, 200)
    assert joined.json == again.json
    assert len(newsroom.stripe.app.sandbox.store.all("checkout.session")) == 1


def test_an_expired_page_is_replaced_by_a_new_one(newsroom: Newsroom) -> None:
    token = newsroom.token()
    first = newsroom.checkout(support_token=token).json
    newsroom.clock.advance(hours=2)
    newsroom.settle()

    second = newsroom.checkout(support_token=token).json

    assert first != second
    assert newsroom.rows("SELECT state FROM contributions ORDER BY created_at") == [("expired",), ("attempted",)]


BAD_REQUESTS: dict[str, tuple[dict[str, Any], int]] = {
    "no token": ({"support_token": None}, 422),
    "forged token": ({"support_token": "AAAA"}, 403),
    "another site": ({"site": "herald"}, 403),
    "float": ({"amount": 4.35}, 422),
    "true": ({"amount": True}, 422),
    "too little": ({"amount": "0.5"}, 422),
    "too much": ({"amount": "99999"}, 422),
    "fraction of a cent": ({"amount": "5.001"}, 422),
    "currency not offered": ({"currency": "USD"}, 422),
    "unknown interval": ({"interval": "week"}, 422),
    "unknown field": ({"tip": 1}, 422),
    "foreign return address": ({"return_url": "https://evil.example/"}, 403),
    "two amounts": ({"amount_minor": 500}, 422),
}


@pytest.mark.parametrize(("fields", "status"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_bad_request_is_refused_and_stores_nothing(newsroom: Newsroom, fields: dict[str, Any], status: int) -> None:
    assert newsroom.checkout(**fields).status_code == status
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"issued_at": -90_000}, "invalid_token"), ({"is_preview": True}, "preview_only")],
    ids=["expired", "preview"],
)
def test_the_token_of_an_expired_prompt_or_a_preview_is_refused(
    newsroom: Newsroom, changes: dict[str, Any], code: str
) -> None:
    if "issued_at" in changes:
        changes = {"issued_at": int(newsroom.clock().timestamp()) + changes["issued_at"]}

    response = newsroom.checkout(prompt_token=prompt_token(newsroom, **changes))

    assert (response.status_code, response.json["code"]) == (403, code)
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(0,)]


def exported(newsroom: Newsroom) -> list[tuple[str, str, str]]:
    """Return the chosen amount, the charged amount and whether the fee is covered, as finance exports them."""
    runner = newsroom.client.application.test_cli_runner()
    result = runner.invoke(args=["export", "contributions", "--from", "2026-11-01", "--to", "2026-12-31"])
    assert result.exit_code == 0, result.output
    rows = csv.DictReader(result.stdout_bytes.decode().splitlines())
    return [(row["donor_selected_amount"], row["gross"], row["fees_covered"]) for row in rows]


@pytest.mark.parametrize("interval", ["one_off", "month"])
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"amount": "10", "covers_fee": True}, ("10.00", "10.41", "true")),
        ({"amount": "10"}, ("10.00", "10.00", "false")),
        ({"amount": "7.55", "covers_fee": True}, ("7.55", "7.92", "true")),
    ],
)
def test_the_amount_that_was_chosen_is_exported_beside_the_amount_that_was_charged(
    newsroom: Newsroom, interval: str, choice: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    newsroom.give(interval=interval, **choice)
    newsroom.settle_after(minutes=1)

    assert exported(newsroom) == [expected]


def test_a_resumed_contribution_keeps_the_amount_that_was_chosen(newsroom: Newsroom) -> None:
    newsroom.checkout(amount="10", covers_fee=True)
    (id_,) = newsroom.rows("SELECT id FROM contributions")[0]
    newsroom.clock.advance(hours=2)

    newsroom.client.get(f"/resume/{resume_token(newsroom.services.keys, id_)}")

    assert newsroom.rows("SELECT chosen_minor, amount_minor FROM contributions") == [(1000, 1041)] * 2
