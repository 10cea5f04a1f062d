"""`flask tokens`: a new token is printed on a line of its own, so that a script can read it."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from service.services import EXTENSION, Services
from service.tokens.cli import tokens
from service.tokens.tokens import verify_token


@pytest.fixture
def runner(services: Services) -> FlaskCliRunner:
    app = Flask("service")
    app.extensions[EXTENSION] = services
    app.cli.add_command(tokens)
    return app.test_cli_runner()


def test_a_created_token_works_until_it_is_revoked(runner: FlaskCliRunner, services: Services) -> None:
    created = runner.invoke(args=["tokens", "create", "--name", "month end", "--role", "finance"])

    text = created.stdout.strip()
    token = verify_token(services.engine, services.settings.secret_keys, text, services.clock())
    assert token is not None
    assert "month end" in created.stderr
    assert text not in created.stderr

    revoked = runner.invoke(args=["tokens", "revoke", token.token_id])

    assert revoked.stdout == "Revoked 1.\n"
    assert verify_token(services.engine, services.settings.secret_keys, text, services.clock()) is None


def test_tokens_are_listed_without_their_secrets(runner: FlaskCliRunner) -> None:
    text = runner.invoke(args=["tokens", "create", "--name", "desk", "--role", "editor"]).stdout.strip()

    listed = runner.invoke(args=["tokens", "list"]).stdout

    assert text.partition(".")[0] in listed
    assert text.partition(".")[2] not in listed
    assert "valid" in listed


def test_the_list_says_until_when_a_token_is_valid_and_when_it_was_used(
    runner: FlaskCliRunner, services: Services
) -> None:
    args = ["tokens", "create", "--name", "desk", "--role", "editor", "--days", "30"]
    text = runner.invoke(args=args).stdout.strip()
    assert "never used" in runner.invoke(args=["tokens", "list"]).stdout

    verify_token(services.engine, services.settings.secret_keys, text, services.clock())

    listed = runner.invoke(args=["tokens", "list"]).stdout
    assert "valid until 2026-12-18" in listed
    assert "used 2026-11-18" in listed


def test_an_unknown_role_or_token_is_refused(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["tokens", "create", "--name", "x", "--role", "king"]).exit_code == 2
    assert runner.invoke(args=["tokens", "revoke", "unknown"]).exit_code == 1


@pytest.mark.parametrize(("role", "status"), [("editor", 0), ("finance", 2), ("auditor", 2), ("admin", 2)])
def test_only_editors_work_for_a_single_site(runner: FlaskCliRunner, role: str, status: int) -> None:
    args = ["tokens", "create", "--name", "x", "--role", role, "--site", "courier"]

    assert runner.invoke(args=args).exit_code == status
