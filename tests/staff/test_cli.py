"""`flask staff`: the link is printed on a line of its own, so that a script can read it."""

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from service.services import EXTENSION, Services
from service.staff.cli import staff
from service.staff.inviting import sign_in_with_link
from service.staff.signing_in import verify_session
from tests.conftest import SettableClock, plain_address

INVITE = ["staff", "invite", "ana@courier.example", "--role", "editor", "--role", "finance", "--site", "courier"]


@pytest.fixture
def runner(services: Services) -> FlaskCliRunner:
    app = Flask("service")
    app.extensions[EXTENSION] = services
    app.cli.add_command(staff)
    return app.test_cli_runner()


def test_an_invited_person_signs_in_with_the_printed_link(runner: FlaskCliRunner, services: Services) -> None:
    invited = runner.invoke(args=[*INVITE, "--name", "Ana Byrne"])

    address, _, token = invited.stdout.strip().rpartition("/")
    assert address == "https://support.courier.example/console/sign-in"
    assert "Ana Byrne can sign in once with this link, until 2026-11-21 10:30 UTC" in invited.stderr
    assert token not in invited.stderr
    assert sign_in_with_link(services, token, "").person.name == "Ana Byrne"


def test_people_are_listed_with_roles_sites_and_last_use(
    runner: FlaskCliRunner, services: Services, clock: SettableClock
) -> None:
    token = runner.invoke(args=INVITE).stdout.strip().rpartition("/")[2]
    assert "never used" in runner.invoke(args=["staff", "list"]).stdout
    sign_in_with_link(services, token, "")

    line = " ".join(runner.invoke(args=["staff", "list"]).stdout.split())

    assert line == "ana@courier.example editor, finance courier enabled used 2026-11-18 10:30 ana"


def test_sessions_are_ended_by_address_or_for_everybody(runner: FlaskCliRunner, services: Services) -> None:
    for args in (["ana@courier.example"], ["--everybody"]):
        token = runner.invoke(args=INVITE).stdout.strip().rpartition("/")[2]
        new = sign_in_with_link(services, token, "")

        ended = runner.invoke(args=["staff", "end-sessions", *args])

        assert ended.stdout == "Ended 1 sessions.\n"
        assert verify_session(services.engine, new.secret, services.clock()) is None


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["end-sessions", "bea@courier.example"], "no person with the address bea@courier.example"),
        (["end-sessions"], "name the address of a person"),
        (["end-sessions", "ana@courier.example", "--everybody"], "name the address of a person"),
        (["invite", "ana", "--role", "editor"], "looks like ana@courier.example"),
        (["invite", "ana@courier.example", "--role", "king"], "'king' is not one of"),
        (["invite", "ana@courier.example"], "Missing option '--role'"),
    ],
)
def test_mistakes_are_said_in_words(runner: FlaskCliRunner, args: list[str], words: str) -> None:
    result = runner.invoke(args=["staff", *args])

    assert result.exit_code > 0
    assert words in result.stderr


def test_the_record_is_checked(runner: FlaskCliRunner) -> None:
    runner.invoke(args=INVITE)

    checked = runner.invoke(args=["staff", "check-record"])

    assert checked.stdout.startswith("The record is whole, with 1 rows. Hash of the last row: ")


def test_a_broken_record_is_an_error(runner: FlaskCliRunner, database_address: str) -> None:
    runner.invoke(args=INVITE)
    with psycopg.connect(plain_address(database_address)) as connection:
        connection.execute("ALTER TABLE staff_record DISABLE TRIGGER ALL")
        connection.execute("UPDATE staff_record SET subject = 'other'")

    checked = runner.invoke(args=["staff", "check-record"])

    assert checked.exit_code == 1
    assert "The record is broken: row 1 was changed after it was written." in checked.stderr
