"""Every page of the console is measured, with few statements however many rows there are, and within its weight."""

import re
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from infra.bench.console.filling import Scale, fill, running
from infra.bench.console.measuring import Desk, Measured, counted_statements, signed_in
from infra.bench.console.pages import Page, pages, pages_before_closing, samples_of
from service.services import EXTENSION, Services
from tests.conftest import address_of, plain_address

SMALL = Scale(contributions=400, campaigns=24, record_rows=150, view_days=60)
# A statement for each campaign, row or person would add at least 24.
MOST_STATEMENTS = 15
MORE_STATEMENTS = {"/console/close": 24, "/console/money/explain/": 17, "/console/supporters/": 24}
MOST_BYTES = 150_000
EXPORTS = "/console/exports/file?"  # earlier exports, which infra.bench.exports measures
UNMEASURED = {
    "console.asset",  # styles and scripts, which count for the pages that load them
    "console_exports.download",  # exports are measured by infra.bench.exports
    "console_closing_closed.download_all",
    "console_sign_in.to_provider",
    "console_sign_in.from_provider",
    "console_sign_in.link",
    "console_system.doctor",  # it calls Stripe and the mail server
}


@pytest.fixture(scope="module")
def newsroom(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that is filled like that of the bench, but small."""
    name = f"keepopen_newsroom_{uuid4().hex[:12]}"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        address = address_of(postgresql, name)
        fill(plain_address(address), SMALL, tmp_path_factory.mktemp("var"))
        yield address
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def app(newsroom: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with running(newsroom, tmp_path_factory.mktemp("var")) as app:
        yield app


@pytest.fixture(scope="module")
def listed(newsroom: str) -> list[Page]:
    """All pages that the bench measures, without the two effects that take longest."""
    with psycopg.connect(plain_address(newsroom)) as connection:
        found = [*pages_before_closing(), *pages(samples_of(connection))]
    return [page for page in found if not page.path.endswith("/effect") or page.is_part]


@pytest.fixture(scope="module")
def measured(app: Flask, listed: list[Page]) -> list[Measured]:
    desk = Desk(app)
    return [desk.measure(page, rounds=0) for page in listed]


def test_the_books_of_the_invented_newsroom_are_true(newsroom: str) -> None:
    with psycopg.connect(plain_address(newsroom)) as connection:
        checks = connection.execute("SELECT is_green, name, detail FROM ledger_checks").fetchall()

    assert len(checks) > 10
    assert [check for check in checks if not check[0]] == []


def test_every_page_is_shown(measured: list[Measured]) -> None:
    wrong = {found.page.path: found.status for found in measured if found.status not in {200, 302, 303}}

    assert set(wrong) <= {"/console/close/closings/2026-09-30", "/console/me/passkeys/new"}  # not closed, and no https


def test_no_page_has_a_statement_for_each_row(measured: list[Measured]) -> None:
    def most(path: str) -> int:
        return next((count for start, count in MORE_STATEMENTS.items() if path.startswith(start)), MOST_STATEMENTS)

    assert {found.page.path: found.statements for found in measured if found.statements > most(found.page.path)} == {}


def test_no_page_weighs_too_much(measured: list[Measured]) -> None:
    pages_ = [found for found in measured if not found.page.is_file]

    assert {found.page.path: found.whole for found in pages_ if found.whole > MOST_BYTES} == {}
    assert max(found.whole for found in pages_) > 50_000  # styles and scripts are among it


def test_no_page_of_the_console_is_forgotten(app: Flask, listed: list[Page]) -> None:
    matcher = app.url_map.bind("127.0.0.1")
    opened = {matcher.match(page.path.partition("?")[0])[0] for page in listed}
    rules = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console") and rule.methods and "GET" in rule.methods
    }

    assert rules - opened == UNMEASURED


def test_every_table_of_a_page_has_its_rows_in_files(app: Flask, listed: list[Page]) -> None:
    client = signed_in(app)
    links: set[str] = set()
    for page in listed:
        if not page.is_file and not page.is_part:
            answer = client.get(page.path)
            found = (
                re.findall(r'href="([^"]+format=(?:csv|json)[^"]*)"', answer.text) if answer.status_code == 200 else []
            )
            assert found or "<table" not in answer.text, page.path
            links |= {address.replace("&amp;", "&") for address in found if not address.startswith(EXPORTS)}

    answers = {address: client.get(address) for address in links}

    assert {address for address, answer in answers.items() if answer.status_code != 200} == set()
    assert {answer.mimetype for answer in answers.values()} == {"text/csv", "application/json"}


def test_statements_are_counted(app: Flask) -> None:
    services: Services = app.extensions[EXTENSION]
    with counted_statements(services.engine) as statements, services.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("SELECT 2")

    assert statements == ["SELECT 1", "SELECT 2"]
