"""The programs that check infra/: from infra/checks/requirements.lock, and from Debian's packages."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
CHECKS = ROOT / ".venv-infra" / "bin"
DEBIAN_PACKAGES = {
    "buildah": "buildah",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
}


def program(name: str) -> str:
    """Return the path of a program. Skip the test if it is not installed, and say what installs it."""
    found = shutil.which(name, path=f"{CHECKS}:/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        package = DEBIAN_PACKAGES.get(name)
        pytest.skip(f"{name} is missing: {f'apt install {package}' if package else 'run the tests by make test-infra'}")
    return found


def run(*command: str, seconds: float = 60, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose first word is the name of a program. Errors and output come together as `stdout`."""
    name, *arguments = command
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", **variables}
    return subprocess.run(
        [program(name), *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=seconds,
    )
