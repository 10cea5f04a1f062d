"""A donor is one person: receipts, Gift Aid, files and erasure agree on which contributions are theirs."""

from collections import Counter
from typing import Any

import pytest

from service.contributions.forget import forget_contributor
from service.receipts.issuing import issue_receipts
from service.receipts.receipts import NewReceipt
from tests.contributions.world import MARY, SITE, Newsroom

POUNDS = {"GBP": {"one_off": {"min": 1, "max": 2000}, "month": {"min": 1, "max": 500}}}


def give(newsroom: Newsroom, address: str, **fields: Any) -> None:
    """Contribute with this e-mail address, and settle."""
    page = newsroom.checkout(**fields).json["checkout_url"]
    assert newsroom.stripe.pay(page, email=address).status_code == 303
    newsroom.settle_after(minutes=1)


def issue(newsroom: Newsroom) -> list[NewReceipt]:
    services = newsroom.services
    return issue_receipts(services.engine, services.settings, newsroom.clock().year, newsroom.clock())


def donors(newsroom: Newsroom) -> list[int]:
    """Return how many payments each donor of contributions.csv made, the most first."""
    return sorted(Counter(row["donor_ref"] for row in newsroom.exported("contributions")).values(), reverse=True)


def declare(newsroom: Newsroom, donor: str) -> None:
    given = ["--first-name", "Mary", "--last-name", "Byrne", "--house", "1", "--postcode", "BT7 1AA"]
    runner = newsroom.client.application.test_cli_runner()
    made = runner.invoke(args=["gift-aid", "declare", "--donor", donor, "--from", "2026-01-01", *given])
    assert made.exit_code == 0, made.output


def test_one_person_gets_one_receipt_however_often_and_in_whatever_way_they_contribute(newsroom: Newsroom) -> None:
    for _ in range(3):
        give(newsroom, MARY, amount="10")
    give(newsroom, MARY.upper(), amount="5", interval="month")
    give(newsroom, MARY.title(), amount="50", interval="year")

    (receipt,) = issue(newsroom)

    assert (receipt.year_total.total_given_minor, len(receipt.year_total.payment_ids)) == (8500, 5)
    assert donors(newsroom) == [5]
    assert issue(newsroom) == []


@pytest.mark.parametrize(
    ("addresses", "payments"),
    [
        (["a@x.example", "a@x.example"], [2]),
        (["a@x.example", "A@X.EXAMPLE"], [2]),
        (["órla@x.example", "ÓRLA@x.example"], [2]),
        (["a@x.example", "b@x.example"], [1, 1]),
        (["a@x.example", "a@y.example"], [1, 1]),
        (["a@x.example", "a+news@x.example"], [1, 1]),
        (["a@x.example", "a.b@x.example", "a@x.example", "ab@x.example"], [2, 1, 1]),
    ],
)
def test_a_donor_is_an_address_whatever_its_case(newsroom: Newsroom, addresses: list[str], payments: list[int]) -> None:
    for number, address in enumerate(addresses):
        give(newsroom, address, amount=str(5 + number))

    assert donors(newsroom) == payments
    assert len(issue(newsroom)) == len(payments)


def test_a_donor_in_two_currencies_gets_a_receipt_for_each(newsroom: Newsroom) -> None:
    newsroom.change_site(amount_limits={**SITE["amount_limits"], **POUNDS})
    give(newsroom, MARY, amount="10", interval="month")
    give(newsroom, MARY, amount="20", interval="month", currency="GBP")

    receipts = [receipt.year_total for receipt in issue(newsroom)]

    assert {total.currency: total.total_given_minor for total in receipts} == {"EUR": 1000, "GBP": 2000}
    assert len({total.donor_ref for total in receipts}) == 1
    assert newsroom.rows("SELECT count(DISTINCT customer_id) FROM contributions") == [(2,)]


@pytest.mark.parametrize("named_by", ["donor_ref", "contribution_id", "customer_id"])
def test_a_declaration_covers_every_donation_of_the_donor(newsroom: Newsroom, named_by: str) -> None:
    newsroom.change_site(amount_limits={**SITE["amount_limits"], **POUNDS})
    give(newsroom, MARY, amount="20", currency="GBP")
    give(newsroom, MARY, amount="5", currency="GBP", interval="month")
    give(newsroom, MARY, amount="7")
    column = "customer_id" if named_by == "customer_id" else "id" if named_by == "contribution_id" else "donor_ref"
    ((donor,),) = newsroom.rows(f"SELECT {column} FROM contributions WHERE interval = 'month'")

    declare(newsroom, donor)
    give(newsroom, MARY, amount="20", currency="GBP")

    assert [row["Amount"] for row in newsroom.exported("gift_aid")] == ["45.00"]
    flags = [(row["presentment_currency"], row["gift_aid"]) for row in newsroom.exported("contributions")]
    assert sorted(flags) == [("EUR", "false"), *[("GBP", "true")] * 3]


def test_two_donors_whose_address_becomes_the_same_get_one_receipt_in_place_of_two(newsroom: Newsroom) -> None:
    give(newsroom, "m.byrne@work.example", amount="5", interval="month")
    give(newsroom, MARY, amount="10")
    first = issue(newsroom)
    ((customer_id,),) = newsroom.rows("SELECT customer_id FROM contributions WHERE customer_id IS NOT NULL")

    newsroom.stripe.post(f"/v1/customers/{customer_id}", email=MARY)
    newsroom.settle_after(minutes=1)
    (receipt,) = issue(newsroom)

    assert receipt.replaces == tuple(sorted(earlier.id for earlier in first))
    assert receipt.year_total.total_given_minor == 1500
    assert donors(newsroom) == [2]


def test_erasing_a_donor_erases_all_their_contributions_and_keeps_them_together(newsroom: Newsroom) -> None:
    give(newsroom, MARY, amount="10")
    give(newsroom, MARY.upper(), amount="20")
    give(newsroom, "other@reader.example", amount="30")
    before = newsroom.exported("contributions")
    declare(newsroom, before[1]["donor_ref"])

    forgotten = forget_contributor(newsroom.services, MARY, by="finance")

    after = newsroom.exported("contributions")
    assert forgotten.contribution_count == 2
    assert [row["donor_email"] for row in after] == ["", "", "other@reader.example"]
    assert [row["donor_ref"] for row in after] == [row["donor_ref"] for row in before]
    assert newsroom.rows("SELECT contributor_last_name FROM gift_aid_declarations") == [(None,)]


def test_somebody_who_was_erased_and_contributes_again_is_a_new_donor(newsroom: Newsroom) -> None:
    give(newsroom, MARY, amount="10")
    forget_contributor(newsroom.services, MARY, by="finance")

    give(newsroom, MARY, amount="20")

    assert donors(newsroom) == [1, 1]
