"""The `ledger` commands and the hourly check, on the whole service. Stripe does not answer."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from service.reconciliation.checking import check_books
from service.services import Services
from service.stripe_facts.record_store import record_facts
from tests.ledger import make
from tests.ledger.world import NOW


@pytest.fixture
def cli(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def charged(app_services: Services) -> Services:
    with app_services.engine.begin() as connection:
        record_facts(connection, [replace(make.charge(), is_livemode=False)], NOW)
        record_facts(connection, [make.transaction("txn_1", "charge", 1000, "ch_1", fee=55)], NOW)
    return app_services


def test_check_is_green_and_says_what_it_could_not_compare(cli: FlaskCliRunner, charged: Services) -> None:
    check_books(charged)

    result = cli.invoke(args=["ledger", "check"])

    assert result.exit_code == 0
    assert "Stripe's own balance is not compared" in result.output
    assert "green  3  the Stripe account is what moved: EUR ledger 9.45, movements 9.45" in result.output
    assert "\nred" not in result.output


def test_check_has_exit_status_1_if_an_invariant_is_red(cli: FlaskCliRunner, charged: Services) -> None:
    result = cli.invoke(args=["ledger", "check", "--offline"])

    assert result.exit_code == 1
    assert "red    2  every movement is posted once: 1: txn_1" in result.output


def test_explain_prints_where_a_number_comes_from(cli: FlaskCliRunner, charged: Services) -> None:
    check_books(charged)

    result = cli.invoke(args=["ledger", "explain", "1"])

    assert result.exit_code == 0
    assert "4100 Contributions one-off" in result.output
    assert cli.invoke(args=["ledger", "explain", "ch_unknown"]).exit_code == 1


def test_rebuild_prints_how_many_entries_came_out_as_they_were(cli: FlaskCliRunner, charged: Services) -> None:
    check_books(charged)

    result = cli.invoke(args=["ledger", "rebuild"])

    assert "1 entries were recomputed without a difference; 0 new ones were posted." in result.output


def test_the_result_of_the_hourly_check_is_shown_as_metrics(client: FlaskClient, charged: Services) -> None:
    check_books(charged)

    text = client.get("/metrics").text

    assert 'keepopen_ledger_check{name="suspense is empty",number="11"} 1.0' in text
