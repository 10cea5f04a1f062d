"""The documentation describes every setting, metric, error code and command."""

import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

import click
import pytest

import service
from service import metrics
from service.demo.processes import Ports
from service.demo.settings import environment
from service.errors import DomainError
from service.health import gauges
from service.settings import Settings
from service.stripe_gateway.event_types import SUBSCRIBED_EVENTS
from tests.contract.snapshot import contract_app

DOCS = Path(__file__).parents[2] / "docs"
EVERYTHING = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md")))


def error_codes() -> set[str]:
    """Import every module of the service and return the codes of all errors that they define."""
    for module in pkgutil.walk_packages(service.__path__, "service."):
        if not module.name.endswith(".__main__"):
            import_module(module.name)
    return {error.code for error in with_subclasses(DomainError) if error.__module__.startswith("service.")}


def with_subclasses(error: type[DomainError]) -> Iterator[type[DomainError]]:
    yield error
    for subclass in error.__subclasses__():
        yield from with_subclasses(subclass)


@pytest.mark.parametrize("name", [field.name.upper() for field in fields(Settings)])
def test_every_setting_is_described(name: str) -> None:
    assert f"`{name}`" in (DOCS / "operate.md").read_text(encoding="utf-8")


def test_every_metric_is_described() -> None:
    files = [Path(file).read_text(encoding="utf-8") for file in (metrics.__file__, gauges.__file__)]
    names = set(re.findall(r"keepopen_[a-z_]+", "".join(files)))

    assert {"keepopen_decisions", "keepopen_queue_age_seconds"} <= names

    assert not [name for name in names if name not in EVERYTHING]


def test_every_error_code_is_described() -> None:
    codes = error_codes()

    assert {"not_found", "unbalanced_entry", "export_busy"} <= codes
    assert {code for code in codes if f"`{code}`" not in EVERYTHING} == set()


def test_every_command_is_described_and_says_what_it_does() -> None:
    commands = contract_app().cli.commands

    for name, command in commands.items():
        assert name in EVERYTHING, name
        assert command.help or isinstance(command, click.Group), name


@pytest.mark.parametrize("page", ["first-campaign.md", "close-a-month.md"])
def test_settings_for_commands_on_the_demo_are_those_of_the_demo(page: str) -> None:
    block = (DOCS / page).read_text(encoding="utf-8").partition("```sh\n")[2].partition("```")[0]
    shown = dict(re.findall(r"([A-Z_]+)=(\S+)", block))
    actual = environment(Ports(), "postgresql://postgres@/postgres", Path("demo-data"))

    names = set(shown) - {"PATH", "LOG_LEVEL"}
    not_shown = {"DATABASE_URL", "MIGRATION_DATABASE_URL", "MAIL_FROM", "PYTHONUNBUFFERED"}
    assert names == set(actual) - not_shown
    assert {name: shown[name] for name in names} == {name: actual[name] for name in names}


def documented_event_types() -> set[str]:
    """Return the event types in the table of docs/contributions.md. `.updated` continues the type before it."""
    found: set[str] = set()
    for row in re.findall(r"^\| (`[a-z_]+\.[^|]*) \|", (DOCS / "contributions.md").read_text("utf-8"), re.MULTILINE):
        stem = ""
        for name in re.findall(r"`([a-z_.*]+)`", row):
            stem = stem if name.startswith(".") else name.rpartition(".")[0]
            found.add(stem + name if name.startswith(".") else name)
    return found


def test_every_type_of_event_that_we_act_on_is_described() -> None:
    documented = documented_event_types()

    assert "charge.dispute.closed" in documented
    assert {name for name in SUBSCRIBED_EVENTS if not any(fnmatch(name, pattern) for pattern in documented)} == set()


def test_the_readme_names_every_room() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| in `service/` |")[2].partition("\n\n")[0]
    rooms = {path.parent.name for path in Path(service.__file__).parent.glob("*/__init__.py")}

    assert set(re.findall(r"`([a-z_]+)`", table)) == rooms
