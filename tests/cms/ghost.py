"""A Ghost with its own themes, served by Node in a folder that is thrown away.

Ghost is not part of this repository: `KEEPOPEN_GHOST` names the folder of an installed npm package `ghost`.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.browser.press import LONG_TEXT
from tests.cms.mariadb import DATABASE

DOCS = Path(__file__).parents[2] / "docs" / "cms" / "ghost.md"
HOST = "127.0.0.1"
OWNER = {"name": "Editor", "email": "editor@tide.example", "password": "harbour-lamp-9482", "blogTitle": "The Tide"}
POSTS = {"buses": ["News", "Buses"], "wall": ["Harbour"], "ferry": ["Harbour"], "quarry": ["News", "#sensitive"]}
HEADERS = {"Accept-Version": "v5.0"}
START_SECONDS = 240.0
THEMES = ("source", "casper")
HEADER = re.compile(r'(<header class="(?:gh-)?article-header gh-canvas">.*?)(\s*</header>)', re.DOTALL)


def missing_ghost() -> str:
    """Return what is missing for a Ghost, or an empty text."""
    folder = os.environ.get("KEEPOPEN_GHOST")
    if not folder:
        return "KEEPOPEN_GHOST does not name the folder of an installed npm package `ghost`"
    if not (Path(folder) / "node_modules").is_dir():
        return f"{folder} has no node_modules"
    return "" if shutil.which("node") else "node is not installed"


@dataclass(frozen=True, slots=True)
class Ghost:
    """A running Ghost, and a session of its owner."""

    url: str
    session: requests.Session

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Send a request to the admin API. Raise requests.HTTPError if Ghost refuses it."""
        url = f"{self.url}/ghost/api/admin/{path}"
        answer = self.session.request(method, url, json=body or None, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content.startswith(b"{") else None

    def switch_theme(self, theme: str) -> None:
        self.ask("PUT", f"themes/{theme}/activate/")

    def inject(self, head: str) -> None:
        """Put this into the site's header, as Settings → Code injection does."""
        self.ask("PUT", "settings/", settings=[{"key": "codeinjection_head", "value": head}])


@contextlib.contextmanager
def running_ghost(folder: Path, socket: Path, port: int, service: str) -> Iterator[Ghost]:
    """Serve a new Ghost on this port, with posts, a page and edited themes, and stop it at the end."""
    package = Path(os.environ["KEEPOPEN_GHOST"]).resolve()
    url = f"http://{HOST}:{port}"
    shutil.copytree(package / "content", folder / "content")
    shutil.copy(package / "package.json", folder)  # by which Ghost knows its own folder and version
    edit_themes(folder, service)
    (folder / "config.production.json").write_text(json.dumps(configuration(url, folder, socket)), encoding="utf-8")
    with (folder / "ghost.log").open("wb") as log:
        process = subprocess.Popen(
            ["node", str(package / "index.js")], cwd=folder, stdout=log, stderr=log,
            env={**os.environ, "NODE_ENV": "production"},
        )  # fmt: skip
    try:
        yield begin(process, url, folder)
    finally:
        process.terminate()
        process.wait(60)


def configuration(url: str, folder: Path, socket: Path) -> dict[str, Any]:
    connection = {"socketPath": str(socket), "user": "root", "database": DATABASE, "charset": "utf8mb4"}
    return {
        "url": url,
        "server": {"host": HOST, "port": int(url.rsplit(":", 1)[1])},
        "database": {"client": "mysql", "connection": connection},
        "mail": {"transport": "stub"},
        "logging": {"transports": ["stdout"], "level": "error"},
        "paths": {"contentPath": str(folder / "content")},
        "security": {"staffDeviceVerification": False},
        "privacy": {"useUpdateCheck": False, "useGravatar": False, "useRpcPing": False, "useStructuredData": True},
    }


def begin(process: subprocess.Popen[bytes], url: str, folder: Path) -> Ghost:
    """Wait until Ghost answers, sign its owner in, and publish the content. Raise RuntimeError if Ghost ends first."""
    session = requests.Session()
    session.headers.update({**HEADERS, "Origin": url})
    ghost = Ghost(url, session)
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(ghost):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Ghost did not start: {(folder / 'ghost.log').read_text(errors='replace')[-3000:]}")
        time.sleep(1)
    ghost.ask("POST", "authentication/setup/", setup=[OWNER])
    ghost.ask("POST", "session/", username=OWNER["email"], password=OWNER["password"])
    for slug, tags in POSTS.items():
        post = {"title": slug.title(), "slug": slug, "html": LONG_TEXT, "status": "published", "tags": tags}
        ghost.ask("POST", "posts/?source=html", posts=[post])
    ghost.ask(
        "POST",
        "pages/?source=html",
        pages=[{"title": "Who we are", "slug": "who", "html": LONG_TEXT, "status": "published"}],
    )
    return ghost


def _is_ready(ghost: Ghost) -> bool:
    try:
        return bool(ghost.ask("GET", "site/"))
    except (requests.RequestException, ValueError):
        return False


def edit_themes(folder: Path, service: str) -> None:
    """Copy each theme to one whose name ends in `-edited`, and edit it as docs/cms/ghost.md says."""
    head, place = snippets("handlebars", service)
    for theme in THEMES:
        copy = folder / "content" / "themes" / f"{theme}-edited"
        shutil.copytree(folder / "content" / "themes" / theme, copy)
        replace_once(copy / "default.hbs", re.compile(r"^(\s*{{ghost_head}})()", re.MULTILINE), before=head)
        replace_once(copy / "post.hbs", HEADER, before="", between=f"\n{place}")


def replace_once(file: Path, pattern: re.Pattern[str], before: str, between: str = "") -> None:
    """Insert texts before and inside the first match of a pattern. Raise RuntimeError if nothing matches."""
    edited, count = pattern.subn(lambda found: before + found[1] + between + found[2], file.read_text("utf-8"), count=1)
    if count != 1:
        raise RuntimeError(f"{file} is not as docs/cms/ghost.md describes it")
    file.write_text(edited, "utf-8")


def snippets(language: str, service: str) -> list[str]:
    """Return the snippets of docs/cms/ghost.md, pointed at a service, for readers who have consented."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return [
        block.replace("https://support.example.ie", service).replace(
            'data-site="courier"', 'data-site="appeal" data-consent="full"'
        )
        for block in blocks
    ]
