"""The widget's files as bytes with their content hash and integrity values. Knows nothing of HTTP."""

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
LOADER = "loader.js"
HASH_CHARACTERS = 12
LOCALE = re.compile(r"locales/([A-Za-z]*)[^/]*\.js")
FALLBACK_LOCALE = "locales/en.js"
# Comments, indentation, line ends after which no statement can end, spaces before names of properties and around
# the sign of an assignment. ` // ` and ` = ` stand in no text and no address.
UNSERVED = re.compile(
    rb"^ *//.*\n| +// .*|^ +|(?<=[;{,(])\n|(?<=[;{]) (?=[\w-]+: )| (?== )|(?<= =) ",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One script as served. `integrity` is a Subresource Integrity value, `etag` without quotes."""

    name: str
    body: bytes
    gzipped: bytes
    integrity: str
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of one release of the widget, by name relative to `/v1/widget/<version>/`."""

    version: str
    files: dict[str, Asset]
    loader_text: str

    def file(self, name: str) -> Asset | None:
        """The file of that name; for any language tag the nearest locale, at last English."""
        tag = LOCALE.fullmatch(name)
        nearest = f"locales/{tag[1].lower()}.js" if tag else name
        return self.files.get(nearest) or (self.files[FALLBACK_LOCALE] if tag else None)

    def loader(self, switched_off: tuple[str, ...] = ()) -> Asset:
        """The loader, silent on the sites named (`*`: on all of them)."""
        text = self.loader_text.replace("__OFF__", _pattern(switched_off)).replace("__HASH__", self.version)
        return make_asset(LOADER, text.encode())


def _pattern(sites: tuple[str, ...]) -> str:
    """A JavaScript regular expression that matches exactly these site keys, or everything for `*`."""
    if "*" in sites:
        return "/^/"
    return f"/^({'|'.join(re.escape(site).replace('/', '') for site in sites)})$/" if sites else "/(?!)/"


def make_asset(name: str, body: bytes) -> Asset:
    digest = hashlib.sha384(body).digest()
    return Asset(
        name=name,
        body=body,
        gzipped=gzip.compress(body, mtime=0),
        integrity="sha384-" + base64.b64encode(digest).decode(),
        etag=digest.hex()[:32],
    )


def read_assets(folder: Path) -> Assets:
    """Read every script and locale under `folder`; the version is a hash over names and contents.

    The words of a language are JSON, which the reader pages use too; as a module they load side by side with scripts.
    Comments, indentation and most line ends are not served: they would be a tenth of what a reader downloads.
    """
    paths = sorted([folder / LOADER, *folder.glob("modules/*.js"), *folder.glob("locales/*.json")])
    bodies = {}
    for path in paths:
        name, body = path.relative_to(folder).with_suffix(".js").as_posix(), path.read_bytes()
        bodies[name] = b"export default " + body if path.suffix == ".json" else UNSERVED.sub(b"", body)
    whole = hashlib.sha256()
    for name, body in bodies.items():
        whole.update(f"{name}\0{len(body)}\0".encode() + body)
    loader_text = bodies.pop(LOADER).decode()
    assets = Assets(
        version=whole.hexdigest()[:HASH_CHARACTERS],
        files={name: make_asset(name, body) for name, body in bodies.items()},
        loader_text=loader_text,
    )
    assets.files[LOADER] = assets.loader()
    return assets


@cache
def assets() -> Assets:
    """The widget of this release, read once."""
    return read_assets(FOLDER)
