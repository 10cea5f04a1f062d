"""The console's styles and scripts as bytes, with their integrity values. Knows nothing of HTTP.

`python -m service.console.assets FOLDER` copies the files of others out of FOLDER, into which pip has installed the
packages of assets.lock. `make setup` runs it.
"""

import hashlib
import shutil
import sys
from functools import cache
from pathlib import Path

from service.widget.assets import Asset, make_asset

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
TAKEN_FILES = {
    "bootstrap.min.css": "flask_bootstrap/static/bootstrap5/css/bootstrap.min.css",
    "htmx.min.js": "django_htmx/static/django_htmx/htmx-4.min.js",
}
CONTENT_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
SOURCE_MAP = b"\n/*# sourceMappingURL="


class MissingAssetsError(RuntimeError):
    """The files of others have not been copied yet."""


def take_files(packages: Path) -> None:
    """Copy the files of others from the packages into the console's folder, without their links to source maps."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, path in TAKEN_FILES.items():
        copied = VENDOR / name
        shutil.copyfile(packages / path, copied)
        copied.write_bytes(copied.read_bytes().partition(SOURCE_MAP)[0])


@cache
def console_assets() -> dict[str, Asset]:
    """Return all styles and scripts by name. Raise MissingAssetsError if `make setup` has not been run."""
    paths = [*(VENDOR / name for name in TAKEN_FILES), *sorted(STATIC.glob("*.css")), *sorted(STATIC.glob("*.js"))]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise MissingAssetsError(f"the console lacks {', '.join(missing)}; run `make setup`")
    return {path.name: make_asset(path.name, path.read_bytes()) for path in paths}


@cache
def assets_version() -> str:
    """Return a short hash over all files, which is a part of their addresses."""
    whole = hashlib.sha256()
    for name, asset in console_assets().items():
        whole.update(f"{name}\0{asset.etag}\0".encode())
    return whole.hexdigest()[:12]


if __name__ == "__main__":
    take_files(Path(sys.argv[1]))
