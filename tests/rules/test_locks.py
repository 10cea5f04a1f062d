"""The lock files are complete: an install that resolves nothing gets every package, whatever is released later."""

import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules.locks import Environment, applies, environments, installed_requirements, lines, pins, unmet

ROOT = Path(__file__).parents[2]
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
OTHERS = "infra/checks/requirements.lock", "infra/rehearsal/requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
ROOTS = {
    RUNTIME: DEPENDENCIES,
    DEVELOPMENT: DEPENDENCIES + [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]],
}
ENVIRONMENTS = environments()


def read(name: str, folder: Path = ROOT) -> str:
    return (folder / name).read_text(encoding="utf-8")


def incomplete(lock: str, name: str, environment: Environment) -> list[str]:
    return unmet(pins(lock), ROOTS[name], environment, installed_requirements)


def badly_written(lock: str) -> list[str]:
    """Return the lines that name an index or another address, fix no version, or lack a hash."""
    addresses = [line for line in lock.splitlines() if "://" in line or line.startswith("-") or " @ " in line]
    return addresses + [str(pin.requirement) for pin in pins(lock) if not pin.version or not pin.hashes]


def not_installed(lock: str) -> list[str]:
    """Return the packages that the running Python has at another version than the lock, or not at all."""
    versions: dict[str, str] = {canonicalize_name(found.name): found.version for found in distributions()}
    active = [pin for pin in pins(lock) if applies(pin.requirement, ENVIRONMENTS["here"])]
    return [pin.name for pin in active if versions.get(pin.name) != pin.version]


def outside(small: str, large: str) -> list[str]:
    """Return the packages of the small lock that the large lock lacks or has differently. It may have more extras."""
    theirs = {(pin.name, pin.version, str(pin.requirement.marker)): pin for pin in pins(large)}
    return [
        pin.name
        for pin in pins(small)
        if (other := theirs.get((pin.name, pin.version, str(pin.requirement.marker)))) is None
        or other.hashes != pin.hashes
        or not pin.requirement.extras <= other.requirement.extras
    ]


def weak_installs(folder: Path) -> list[str]:
    """Return what the Makefile's install of both locks lacks, from the commands that it would run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "-n", "-B", "-C", str(folder), ".venv/.dev"]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
    faults = []
    for name in (RUNTIME, DEVELOPMENT):
        step = re.search(rf"^.*pip .*install .*-r {re.escape(name)}(.|\n)*?^touch \.venv/", output, re.MULTILINE)
        words = step.group().split() if step else []
        faults += [f"{name}: {word}" for word in ("--no-deps", "--require-hashes", "check") if word not in words]
    return faults


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("name", ROOTS)
def test_a_lock_names_everything_its_packages_ask_for(name: str, environment: str) -> None:
    assert incomplete(read(name), name, ENVIRONMENTS[environment]) == []


@pytest.mark.parametrize("name", [*ROOTS, *OTHERS])
def test_a_lock_has_exact_versions_with_hashes_and_no_address(name: str) -> None:
    assert badly_written(read(name)) == []


def test_the_walk_reads_the_metadata_of_the_locked_versions() -> None:
    assert not_installed(read(DEVELOPMENT)) == []


def test_the_runtime_lock_is_a_part_of_the_development_lock() -> None:
    assert outside(read(RUNTIME), read(DEVELOPMENT)) == []


def test_the_makefile_installs_without_resolving_and_checks_the_result() -> None:
    assert weak_installs(ROOT) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "service" / "console").mkdir(parents=True)
    for name in (RUNTIME, DEVELOPMENT, "Makefile", "service/console/assets.lock", "service/console/assets.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def plant(path: Path, pattern: str, replacement: str) -> None:
    """Replace every match of the pattern, which must occur, in a copy."""
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "fault"),
    [
        (RUNTIME, r"^werkzeug==(.*\\\n)+.*\n", "", "flask needs werkzeug>=3.1.0: the lock does not name it"),
        (RUNTIME, r"^click==\S+", "click==8.0", "flask needs click>=8.1.3: the lock has 8.0"),
        (RUNTIME, r"^flask==\S+", "flask==2.0", "pyproject.toml needs flask>=3.1: the lock has 2.0"),
        (DEVELOPMENT, r"^coverage\[toml\]", "coverage", "the lock has it without [toml]"),
        (RUNTIME, r"^(psycopg-pool)==(.*\\\n)+.*\n", "", "needs psycopg-pool; extra =="),
        (RUNTIME, r" ; python_full_version < '3.12'", "", "deprecated is locked twice"),
    ],
    ids=["package", "version", "dependency", "extra", "package of an extra", "marker"],
)
def test_an_incomplete_lock_is_found(copy: Path, name: str, pattern: str, replacement: str, fault: str) -> None:
    plant(copy / name, pattern, replacement)

    faults = incomplete(read(name, copy), name, ENVIRONMENTS["Python 3.12 on Linux x86-64"])

    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"\A", "-i https://packages.example/simple\n"),
        (r"^flask==(.*\\\n)+.*\n", "flask==3.1.3\n"),
        (r"^flask==\S+", "flask>=3.1"),
        (r"^flask==\S+", "flask==3.*"),
        (r"^flask==\S+", "flask @ https://packages.example/flask.whl"),
    ],
    ids=["index", "no hash", "range", "prefix", "address"],
)
def test_a_badly_written_line_is_found(copy: Path, pattern: str, replacement: str) -> None:
    plant(copy / RUNTIME, pattern, replacement)

    assert badly_written(read(RUNTIME, copy))


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [(r"^click==\S+", "click==8.0"), (r"^(click==.*\\\n.*sha256:)\w", r"\1x"), (r"^click==(.*\\\n)+.*\n", "")],
    ids=["version", "hash", "missing"],
)
def test_a_difference_between_the_locks_is_found(copy: Path, pattern: str, replacement: str) -> None:
    plant(copy / DEVELOPMENT, pattern, replacement)

    assert outside(read(RUNTIME, copy), read(DEVELOPMENT, copy)) == ["click"]


def test_a_package_of_another_version_is_found(copy: Path) -> None:
    plant(copy / DEVELOPMENT, r"^click==\S+", "click==8.0")

    assert not_installed(read(DEVELOPMENT, copy)) == ["click"]


@pytest.mark.parametrize("words", ["--no-deps ", "--require-hashes ", r" && \$\(PIP\) check"])
def test_a_weaker_install_is_found(copy: Path, words: str) -> None:
    plant(copy / "Makefile", words, " ")

    assert len(weak_installs(copy)) == 2


def test_the_front_end_files_of_others_have_exact_versions_with_hashes() -> None:
    assert badly_written((ROOT / "service/console/assets.lock").read_text(encoding="utf-8")) == []


def test_every_line_of_a_lock_is_read() -> None:
    assert all(len(list(lines(read(name)))) == len(pins(read(name))) > 40 for name in ROOTS)
