"""The image is built and runs. Its base is made from Debian's packages, because no registry of images is asked here."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.programs import INFRA, ROOT, run

pytestmark = pytest.mark.infra
CONTAINERFILE = INFRA / "container" / "Containerfile"
BASE = ROOT / ".venv-infra" / "base.tar"
SUITE = "bookworm"
BUILD_SECONDS = 900


def buildah(store: Path, *command: str) -> str:
    """Run buildah with images of its own, without a container engine."""
    places = ("--root", str(store / "images"), "--runroot", str(store / "run"))
    done = run("buildah", *places, *command, seconds=BUILD_SECONDS, BUILDAH_ISOLATION="chroot", STORAGE_DRIVER="vfs")
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


def base_image(store: Path) -> str:
    """Make an image of Debian with Python. Its files are kept for the next run."""
    if not BASE.exists():
        packages = "--include=python3,python3-venv,ca-certificates"
        made = run("mmdebstrap", "--variant=minbase", packages, SUITE, str(BASE), seconds=BUILD_SECONDS)
        assert made.returncode == 0, made.stdout
    container = buildah(store, "from", "scratch")
    buildah(store, "add", "--quiet", container, str(BASE), "/")
    buildah(store, "commit", "--quiet", "--rm", container, "localhost/base")
    return "localhost/base"


def certificates(store: Path) -> list[str]:
    """Let pip in the image trust what pip on this machine was told to trust by PIP_CERT."""
    given = os.environ.get("PIP_CERT")
    if not given:
        return []
    (store / "pip.conf").write_text("[global]\ncert = /etc/pip.pem\n", encoding="utf-8")
    return ["--volume", f"{given}:/etc/pip.pem:ro", "--volume", f"{store}/pip.conf:/etc/pip.conf:ro"]


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """The folder with the files of the image, built from this checkout."""
    if os.geteuid() != 0:
        pytest.skip("building the image without an engine needs root")
    with tempfile.TemporaryDirectory(prefix="keepopen-image-") as folder:
        store = Path(folder)
        options = ("--format", "docker", "--build-arg", f"BASE={base_image(store)}", *certificates(store))
        ignored = ("--ignorefile", f"{CONTAINERFILE}.dockerignore")
        buildah(store, "build", "--quiet", *options, *ignored, "-f", str(CONTAINERFILE), "-t", "keepopen", str(ROOT))
        container = buildah(store, "from", "keepopen")
        yield Path(buildah(store, "mount", container))
        buildah(store, "umount", container)


def test_hadolint_accepts_the_containerfile() -> None:
    checked = run("hadolint", str(CONTAINERFILE))

    assert checked.returncode == 0, checked.stdout


def test_hadolint_finds_a_slip(tmp_path: Path) -> None:
    slip = tmp_path / "Containerfile"
    slip.write_text(CONTAINERFILE.read_text(encoding="utf-8").replace("WORKDIR /opt/keepopen", "WORKDIR keepopen"))

    assert "DL3000" in run("hadolint", str(slip)).stdout


def test_the_image_runs_as_web_worker_and_migrate(image: Path) -> None:
    script = Path(__file__).parent / "run_image.sh"
    spaces = ("--mount", "--pid", "--net", "--fork", "--kill-child")

    output = run("unshare", *spaces, "sh", str(script), str(image), seconds=300).stdout

    assert "the image can be written" not in output
    said = [line for line in output.splitlines() if line and not line.startswith(("{", "["))]
    expected = ["10001", "no answer from /livez within 2 seconds", "refused before the start"]
    assert said[:3] == expected, output
    assert "The database is up to date." in said
    assert {"healthy", "worked"} <= set(said), output
    assert '"status":"ready"' in said[-2] + said[-1], output


def test_the_image_holds_the_service_and_no_tests_or_secrets(image: Path) -> None:
    names = {path.name for path in (image / "opt" / "keepopen").iterdir()}

    assert names == {".venv", "role.sh", "schemas", "service", "wsgi.py", "__pycache__"}
