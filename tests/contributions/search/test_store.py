"""Contributions are found by an address, a name, an amount, and any id of ours or of Stripe."""

from dataclasses import replace
from typing import Any

import pytest

from service.contributions.search.query import parse_query
from service.contributions.search.store import FoundContribution, ListScope, find_contributions
from tests.contributions.world import Newsroom
from tests.exports.world import Finance

STAFF = ListScope(is_personal=True)


def found(finance: Finance, typed: str, scope: ListScope = STAFF) -> list[str]:
    return [contribution.id for contribution in listed(finance, typed, scope)]


def listed(finance: Finance, typed: str, scope: ListScope = STAFF) -> list[FoundContribution]:
    with finance.engine.connect() as connection:
        return find_contributions(connection, parse_query(typed), scope)


def person(finance: Finance, id_: str, name: str, address: str, **values: Any) -> None:
    finance.contribution(id_, contributor_name=name, contributor_email=address, **values)


@pytest.fixture
def people(finance: Finance) -> Finance:
    person(finance, "ctb_1", "Seán Ó Briain", "sean@reader.example", amount_minor=2500)
    person(finance, "ctb_2", "Mary Byrne", "mary.byrne@reader.example", amount_minor=2563, chosen_minor=2500)
    person(finance, "ctb_3", "Mary Walsh", "m_walsh@post.example", amount_minor=500, currency="JPY", site="herald")
    finance.contribution("ctb_4", amount_minor=500, interval="month", recurring_minor=2500, recurring_currency="EUR")
    finance.contribution("ctb_5", amount_minor=2500, state="expired")
    return finance


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("", ["ctb_4", "ctb_3", "ctb_2", "ctb_1"]),
        ("sean", ["ctb_1"]),
        ("SEÁN Ó", ["ctb_1"]),
        ("Byrne Mary", ["ctb_2"]),
        ("mary.byrne", ["ctb_2"]),
        ("mary", ["ctb_3", "ctb_2"]),
        ("MARY.BYRNE@reader.example", ["ctb_2"]),
        ("mary.byrne@reader", ["ctb_2"]),
        ("nobody", []),
        ("25", ["ctb_4", "ctb_2", "ctb_1"]),
        ("500", ["ctb_3"]),
        ("500 EUR", []),
        ("ctb_5", ["ctb_5"]),
        ("ctb_6", []),
    ],
)
def test_contributions_are_found(people: Finance, typed: str, ids: list[str]) -> None:
    assert found(people, typed) == ids


def test_a_word_of_punctuation_finds_no_contribution(people: Finance) -> None:
    assert found(people, "??") == []


def test_without_permission_names_are_neither_shown_nor_found(people: Finance) -> None:
    scope = ListScope(is_personal=False)

    assert found(people, "mary", scope) == []
    assert found(people, "mary.byrne@reader.example", scope) == []
    assert [(row.name, row.email) for row in listed(people, "25", scope)] == [(None, None)] * 3


def test_a_person_sees_only_their_sites(people: Finance) -> None:
    assert found(people, "", ListScope(is_personal=True, sites=("herald",))) == ["ctb_3"]


def test_pages_hold_every_contribution_once(people: Finance) -> None:
    scope, ids = replace(STAFF, limit=1), []
    while page := listed(people, "", scope):
        ids += [row.id for row in page]
        scope = replace(scope, after=page[-1].position)

    assert ids == found(people, "")


def test_every_id_of_a_payment_leads_to_its_contribution(newsroom: Newsroom) -> None:
    session_id = newsroom.give(interval="month", amount="10")
    newsroom.settle_after(minutes=1)
    newsroom.stripe.post("/v1/refunds", charge=newsroom.rows("SELECT id FROM charges")[0][0], amount="250")
    newsroom.settle_after(minutes=1)
    [own] = newsroom.rows("SELECT id, subscription_id, customer_id FROM contributions")
    payment = "SELECT c.id, c.payment_intent_id, i.id, c.balance_transaction_id FROM charges c, invoices i"
    refund = "SELECT id, balance_transaction_id FROM refunds"
    event = "SELECT id FROM stripe_events WHERE type = 'charge.succeeded'"
    ids = [session_id, *own, *(id_ for query in (payment, refund, event) for id_ in newsroom.rows(query)[0])]

    with newsroom.services.engine.connect() as connection:
        results = {id_: find_contributions(connection, parse_query(id_), STAFF) for id_ in ids}
        refunded = find_contributions(connection, parse_query("€2.50"), STAFF)

    assert {id_: [row.id for row in rows] for id_, rows in results.items()} == {id_: [own[0]] for id_ in ids}
    assert [row.id for row in refunded] == [own[0]]
    assert len(results) == 11
