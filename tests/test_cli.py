"""A command that cannot reach the database says so in a sentence, with PostgreSQL's own reason."""

from dataclasses import replace

import click
import pytest
from flask import Flask

from service.app import create_app
from service.cli import COMMANDS, in_sentences
from service.errors import ConflictError
from service.services import EXTENSION
from service.settings import Settings


@pytest.fixture
def away(settings: Settings) -> Flask:
    """The application with a database where no server listens."""
    return create_app(replace(settings, database_url="postgresql://127.0.0.1:9/away"), has_background=False)


@pytest.mark.parametrize(
    "command",
    [
        "tokens list",
        "tokens create --name t --role finance",
        "ledger check --offline",
        "ledger close 2026-10-31",
        "readers erasures",
        "events list",
        "sites show courier",
        "campaigns pause",
        "export journal",
        "sync",
        "rebuild",
        "accept-keys",
    ],
)
def test_a_command_without_its_database_ends_with_a_sentence_and_the_reason(away: Flask, command: str) -> None:
    result = away.test_cli_runner().invoke(args=command.split())

    assert result.exit_code in {1, 2}, result.output
    assert "127.0.0.1" in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    away.extensions[EXTENSION].close()


def test_every_command_turns_an_error_of_ours_into_a_sentence() -> None:
    def fail() -> None:
        raise ConflictError("this is the sentence")

    group = click.Group("group", commands={"below": click.Command("below", callback=fail)})

    in_sentences(group)

    with pytest.raises(click.ClickException, match="this is the sentence"):
        group.commands["below"].callback()  # type: ignore[misc]
    assert {"migrate", "backup", "campaigns"} <= {command.name for command in COMMANDS}
