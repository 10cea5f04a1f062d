"""The documentation describes every setting, metric, error code and command."""

from dataclasses import fields
from pathlib import Path

import click
import pytest

from service import errors
from service.metrics import Metrics
from service.settings import Settings
from tests.contract.snapshot import contract_app

DOCS = Path(__file__).parents[2] / "docs"
EVERYTHING = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md")))
ERROR_CODES = sorted({kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")})


@pytest.mark.parametrize("name", [field.name.upper() for field in fields(Settings)])
def test_every_setting_is_described(name: str) -> None:
    assert f"`{name}`" in (DOCS / "operate.md").read_text(encoding="utf-8")


def test_every_metric_is_described() -> None:
    names = {metric.name for metric in Metrics().registry.collect()}

    assert not [name for name in names if name not in EVERYTHING]


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_error_code_is_described(code: str) -> None:
    assert f"`{code}`" in EVERYTHING


def test_every_command_is_described_and_says_what_it_does() -> None:
    commands = contract_app().cli.commands

    for name, command in commands.items():
        assert name in EVERYTHING, name
        assert command.help or isinstance(command, click.Group), name
