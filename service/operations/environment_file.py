"""The file with the environment variables of the service, as systemd, containers and `keepopen -e` read it."""

import re
from collections.abc import Mapping
from pathlib import Path

from service.errors import DomainError
from service.private_folders import write_private_file

LINE = re.compile(r"""^([A-Z][A-Z0-9_]*)=(?:'([^'\n]*)'|"([^"\n]*)"|([^'"\n]*))$""")
PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,~-]*")


class EnvironmentFileError(DomainError):
    """The environment file has a line that cannot be read, or a value cannot be written into it."""

    code = "environment_file"


def read_environment(path: Path) -> dict[str, str]:
    """Return the variables of a file; none if it does not exist. Comments and empty lines are allowed."""
    found = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if match is None:
            raise EnvironmentFileError(f"{path}, line {number}: write NAME=value, or NAME='value' with quotes")
        name, *values = match.groups()
        found[name] = next(value for value in values if value is not None)
    return found


def save_environment(path: Path, values: Mapping[str, str]) -> None:
    """Set these variables in the file, which only this user can read. Other lines and comments stay."""
    kept = [line for line in _lines(path) if line.partition("=")[0].strip() not in values]
    written = [f"{name}={_quoted(name, value)}" for name, value in values.items()]
    unfinished = path.with_name(f"{path.name}.new")
    write_private_file(unfinished, "\n".join([*kept, *written, ""]).encode())
    unfinished.replace(path)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _quoted(name: str, value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    if "'" in value or "\n" in value:
        raise EnvironmentFileError(f"{name}: a value with a quote or a line break cannot be written into the file")
    return f"'{value}'"
