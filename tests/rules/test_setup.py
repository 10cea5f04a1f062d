"""`make setup` on a fresh machine: later releases, a person's pip settings and an interruption do no harm.

Each test runs the real Makefile in a folder with a small lock file and a folder of small wheels in place of an index.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def write_wheel(folder: Path, name: str, version: str, *, requires: str = "") -> str:
    """Write a wheel with one module, which tells its version, and return its line for a lock file."""
    info = f"{name}-{version}.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    files = {
        f"{name}.py": f"version = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: more\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def write_checkout(folder: Path) -> Path:
    """Write a checkout whose `alpha` asks for an extra of `beta`, of which a later release exists."""
    wheels = folder / "wheels"
    wheels.mkdir()
    alpha = write_wheel(wheels, "alpha", "1.0", requires="beta[more]>=1.0")
    beta = write_wheel(wheels, "beta", "1.0")
    write_wheel(wheels, "beta", "2.0")
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").write_text(alpha + beta, encoding="utf-8")
    (folder / "requirements-dev.lock").write_text(alpha + beta, encoding="utf-8")
    console = folder / "service" / "console"
    (console / "static" / "vendor").mkdir(parents=True)
    (console / "assets.lock").write_text(beta, encoding="utf-8")
    (console / "assets.py").touch()
    return folder


def make_setup(checkout: Path, python: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `make setup` without the machine's own settings of pip and make."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE"))}
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout / "wheels")}
    command = ["make", "-C", str(checkout), "setup", f"PYTHON={python}"]
    return subprocess.run(command, env=kept | pip | settings, capture_output=True, text=True, timeout=300, check=False)


def version_in(checkout: Path, name: str) -> str:
    """Return the version of the package that the checkout's Python imports, or an empty string."""
    command = [str(checkout / ".venv/bin/python"), "-I", "-c", f"import {name}; print({name}.version)"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout.strip()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout in which `make setup` has succeeded."""
    checkout = write_checkout(tmp_path_factory.mktemp("finished"))
    done = make_setup(checkout, Path(sys.executable))
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture
def checkout(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished checkout."""
    return shutil.copytree(finished, tmp_path / "checkout", symlinks=True)


@pytest.fixture(scope="module")
def empty(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment as `python -m venv` makes it, with pip and without packages."""
    environment = shutil.copytree(finished / ".venv", tmp_path_factory.mktemp("empty") / ".venv", symlinks=True)
    forget_packages(environment)
    for stamp in (".created", ".runtime"):
        (environment / stamp).unlink()
    return environment


@pytest.fixture
def python(empty: Path, tmp_path: Path) -> Path:
    """Return a Python that copies an empty environment where `-m venv` would take seconds to build the same."""
    script = tmp_path / "python"
    script.write_text(
        f"#!/bin/sh\ncase \"$*\" in\n*'-m venv --clear .venv') rm -rf .venv && cp -a {empty} .venv ;;\n"
        f'*) exec {sys.executable} "$@" ;;\nesac\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return script


def forget_packages(environment: Path) -> None:
    for path in environment.glob("lib/python*/site-packages/*"):
        if path.name.startswith(("alpha", "beta")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_a_later_release_changes_nothing(finished: Path) -> None:
    assert (version_in(finished, "alpha"), version_in(finished, "beta")) == ("1.0", "1.0")


def test_a_finished_setup_is_not_repeated(checkout: Path, python: Path) -> None:
    stamp = (checkout / ".venv/.runtime").stat().st_mtime_ns

    again = make_setup(checkout, python)

    assert (again.returncode, again.stderr) == (0, "")
    assert (checkout / ".venv/.runtime").stat().st_mtime_ns == stamp


def test_settings_of_pip_do_not_move_the_packages(checkout: Path, python: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    elsewhere = tmp_path / "elsewhere"
    configuration = tmp_path / "pip.conf"
    configuration.write_text(
        f"[install]\nuser = yes\nno-binary = :all:\n[global]\ntarget = {elsewhere}\nno-index = yes\n", encoding="utf-8"
    )
    constraint = tmp_path / "constraint.txt"
    constraint.write_text("beta==2.0\n", encoding="utf-8")

    done = make_setup(
        checkout,
        python,
        PIP_CONFIG_FILE=str(configuration),
        PIP_PREFIX=str(elsewhere),
        PIP_ROOT=str(elsewhere),
        PIP_CONSTRAINT=str(constraint),
        PIP_PYTHON=sys.executable,
        PIP_DRY_RUN="1",
        PIP_REQUIRE_VIRTUALENV="1",
        PYTHONPATH=str(checkout / "wheels/beta-1.0-py3-none-any.whl"),
    )

    assert done.returncode == 0, done.stderr
    assert (version_in(checkout, "alpha"), version_in(checkout, "beta")) == ("1.0", "1.0")
    assert not elsewhere.exists()


def test_a_setting_that_installs_nothing_leaves_no_stamp(checkout: Path, python: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[install]\ndry-run = yes\n", encoding="utf-8")

    failed = make_setup(checkout, python, PIP_CONFIG_FILE=str(configuration))

    assert failed.returncode != 0
    assert "Package(s) not found: alpha" in failed.stderr
    assert not (checkout / ".venv/.runtime").exists()


def test_an_index_that_lacks_a_package_leaves_no_stamp(checkout: Path, python: Path) -> None:
    line = write_wheel(checkout / "wheels", "gamma", "1.0")
    (checkout / "requirements.lock").write_text(line, encoding="utf-8")
    (checkout / "wheels/gamma-1.0-py3-none-any.whl").unlink()
    (checkout / ".venv/.runtime").unlink()

    failed = make_setup(checkout, python)

    assert failed.returncode != 0
    assert "Run make again" in failed.stderr
    assert not (checkout / ".venv/.runtime").exists()


def test_a_package_that_does_not_fit_the_others_leaves_no_stamp(checkout: Path, python: Path) -> None:
    line = write_wheel(checkout / "wheels", "gamma", "1.0", requires="beta>=2")
    with (checkout / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write(line)
    (checkout / ".venv/.runtime").unlink()

    failed = make_setup(checkout, python)

    assert failed.returncode != 0
    assert "gamma 1.0 has requirement beta>=2" in failed.stdout
    assert not (checkout / ".venv/.runtime").exists()


def interrupt(checkout: Path) -> None:
    """Leave what a killed installation leaves: a package that pip takes for installed, without its module."""
    (checkout / ".venv/.installing").touch()
    (checkout / ".venv/.runtime").unlink()
    next((checkout / ".venv/lib").glob("python*/site-packages/beta.py")).unlink()


def lose_python(checkout: Path) -> None:
    """Leave what an upgrade of the system's Python leaves: a link to a program that is gone."""
    python = checkout / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python3")


def lose_pip(checkout: Path) -> None:
    """Leave what an interrupted creation of the environment leaves: a Python without pip."""
    (checkout / ".venv/.created").unlink()
    shutil.rmtree(next((checkout / ".venv/lib").glob("python*/site-packages/pip")))


@pytest.mark.parametrize("damage", [interrupt, lose_python, lose_pip])
def test_a_broken_environment_is_built_again(checkout: Path, python: Path, damage: Callable[[Path], None]) -> None:
    damage(checkout)

    done = make_setup(checkout, python)

    assert done.returncode == 0, done.stderr
    assert (version_in(checkout, "alpha"), version_in(checkout, "beta")) == ("1.0", "1.0")
    assert not (checkout / ".venv/.installing").exists()
