"""A subscription whose price changes at Stripe: the books, the files and the mails follow what was charged."""

import pytest

from service.reconciliation.checking import check_everything
from service.reconciliation.rebuild import rebuild_everything
from tests.contributions.world import Newsroom


def change_price(newsroom: Newsroom, amount_minor: int, interval: str, count: int = 1) -> None:
    """Give the only subscription another price, as staff do in Stripe's dashboard."""
    ((subscription_id,),) = newsroom.rows("SELECT id FROM subscriptions")
    item = newsroom.stripe.get(f"/v1/subscriptions/{subscription_id}")["items"]["data"][0]
    price = {
        "currency": item["price"]["currency"],
        "product": item["price"]["product"],
        "unit_amount": str(amount_minor),
        "recurring][interval": interval,
        "recurring][interval_count": str(count),
    }
    changes = {f"items[0][price_data][{name}]": value for name, value in price.items()}
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", **{"items[0][id]": item["id"], **changes})
    newsroom.settle_after(minutes=1)


@pytest.mark.parametrize(
    ("begun", "amount_minor", "interval", "count", "days", "kind", "account"),
    [
        ("month", 12000, "year", 1, 367, "annual", "4120"),
        ("month", 24000, "year", 2, 733, "annual", "4120"),
        ("month", 11000, "month", 12, 367, "annual", "4120"),
        ("month", 6000, "month", 6, 186, "monthly", "4110"),
        ("month", 2000, "month", 1, 33, "monthly", "4110"),
        ("month", 300, "week", 1, 33, "monthly", "4110"),
        ("year", 900, "month", 1, 33, "monthly", "4110"),
        ("year", 6000, "year", 1, 367, "annual", "4120"),
    ],
)
def test_a_payment_counts_as_what_it_was_for(
    newsroom: Newsroom, begun: str, amount_minor: int, interval: str, count: int, days: int, kind: str, account: str
) -> None:
    newsroom.give(amount="50", interval=begun)
    newsroom.settle_after(minutes=1)
    change_price(newsroom, amount_minor, interval, count)
    newsroom.settle_after(days=days)

    first, *renewals = newsroom.exported("contributions")
    income = [line for line in newsroom.exported("journal") if line["account_code"].startswith("41")]

    assert (first["kind"], first["donor_selected_amount"]) == ("monthly" if begun == "month" else "annual", "50.00")
    assert renewals
    assert {row["kind"] for row in renewals} == {kind}
    assert {row["donor_selected_amount"] for row in renewals} == {f"{amount_minor / 100:.2f}"}
    assert {line["account_code"] for line in income if line["source_id"] != first["charge_id"]} == {account}
    (subscription,) = newsroom.exported("subscriptions")
    assert (subscription["interval"], subscription["interval_count"]) == (interval, str(count))


def test_entries_stay_as_they_were_posted_before_the_change(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(days=35)
    before = newsroom.exported("journal")
    change_price(newsroom, 12000, "year")
    newsroom.settle_after(days=400)

    rebuild_everything(newsroom.services)

    after = newsroom.exported("journal")
    assert after[: len(before)] == before
    red = [check.name for check in check_everything(newsroom.services, None) if not check.is_green]
    assert red == []


@pytest.mark.parametrize(("interval", "count", "days"), [("year", 1, 360), ("month", 12, 360), ("year", 2, 725)])
def test_a_renewal_after_a_change_to_a_year_is_announced_with_its_amount(
    newsroom: Newsroom, interval: str, count: int, days: int
) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)
    change_price(newsroom, 11000, interval, count)

    newsroom.settle_after(days=days)

    assert newsroom.queued_mail() == [("renewal_coming", "sent")]
    (mail,) = newsroom.sent_mail()
    assert "€110" in mail.get_content()
