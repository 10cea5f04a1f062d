"""Documents name only files, make targets, commands and pages that exist."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from tests.contract.snapshot import contract_app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# The generated tables name patterns, of which not every one matches a file.
GENERATED = re.compile(r"<!-- tables from [^>]*: start -->.*?<!-- [^>]*: end -->", re.DOTALL)
TEXTS = {str(page.relative_to(ROOT)): GENERATED.sub("", page.read_text(encoding="utf-8")) for page in PAGES}

FILE = re.compile(r"(?<![\w/.~-])(?:service|schemas|infra|tests)/[\w./*{},-]*[\w/*}]")
TARGET = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)(?=\s*(?:#|$))", re.MULTILINE)  # in a sentence; in a block of code
COMMAND = re.compile(r"\bflask (?:--app wsgi )?([a-z][^`\n]*)")
PICTURE_BYTES = 150_000
LINK = re.compile(r"\]\(([^()\s:]+)\)")


def missing_files(text: str) -> list[str]:
    """Return the paths of files and folders in a text that do not exist. A path may hold `*` and `{a,b}`."""
    named = sorted({path for found in FILE.findall(text) for path in _alternatives(found)})
    return [path for path in named if not any(ROOT.glob(path.rstrip("/")))]


def _alternatives(path: str) -> Iterator[str]:
    before, brace, rest = path.partition("{")
    names, _, after = rest.partition("}")
    return (f"{before}{name}{after}" for name in names.split(",")) if brace else iter([path])


def missing_targets(text: str) -> list[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    return sorted({first or second for first, second in TARGET.findall(text)} - targets)


def missing_commands(text: str, commands: Mapping[str, click.Command]) -> list[str]:
    """Return the commands in a text, such as `ledger check`, that the command line does not have."""
    missing = set()
    for line in COMMAND.findall(text):
        name, *rest = line.split()
        command = commands.get(name)
        parts = rest[0].split("|") if rest and re.fullmatch(r"[a-z|-]+", rest[0]) else []
        if command is None:
            missing.add(name)
        elif isinstance(command, click.Group):
            missing |= {f"{name} {part}" for part in parts if part not in command.commands}
    return sorted(missing)


def missing_links(page: str, text: str) -> list[str]:
    """Return the links of a page to files and headings of this repository that do not exist."""
    missing = []
    for link in LINK.findall(text):
        file, _, heading = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        if not target.exists() or (heading and heading not in _headings(target)):
            missing.append(link)
    return missing


def _headings(page: Path) -> set[str]:
    """Return the headings of a page as they are written in links."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def test_every_file_that_a_page_names_exists() -> None:
    assert {page: missing for page, text in TEXTS.items() if (missing := missing_files(text))} == {}


def test_every_make_target_that_a_page_names_exists() -> None:
    assert {page: missing for page, text in TEXTS.items() if (missing := missing_targets(text))} == {}


def test_every_link_of_a_page_leads_somewhere() -> None:
    assert {page: missing for page, text in TEXTS.items() if (missing := missing_links(page, text))} == {}


def test_pictures_are_small() -> None:
    pictures = [*(ROOT / "docs").rglob("*.png")]

    assert len(pictures) > 3
    assert [picture.name for picture in pictures if picture.stat().st_size > PICTURE_BYTES] == []


def test_every_command_that_a_page_names_exists() -> None:
    commands = contract_app().cli.commands

    assert {page: missing for page, text in TEXTS.items() if (missing := missing_commands(text, commands))} == {}


def test_a_wrong_name_is_found() -> None:
    commands = contract_app().cli.commands
    text = "`service/nowhere.py` `tests/rules/test_*.py` `make nothing` `flask campaigns lint|knit` `flask sing`"

    assert missing_files(text) == ["service/nowhere.py"]
    assert missing_targets(text) == ["nothing"]
    assert missing_commands(text, commands) == ["campaigns knit", "sing"]
    assert missing_links("README.md", "[a](docs/nowhere.md) [b](docs/embed.md#nothing) [c](docs/embed.md)") == [
        "docs/nowhere.md",
        "docs/embed.md#nothing",
    ]
