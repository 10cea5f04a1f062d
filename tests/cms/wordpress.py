"""A WordPress from Debian's packages with the plugin, served by PHP's own server, in a folder that is thrown away."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cms.debian import WORDPRESS

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "infra" / "wordpress" / "keepopen"
SITE = Path(__file__).parent / "site"
HOST = "127.0.0.1"
WORKERS = "6"
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class WordPress:
    """A running WordPress. `addresses` holds the address of each page that site/content.php makes, by its name."""

    url: str
    folder: Path
    addresses: dict[str, str]
    ids: dict[str, int]

    def run(self, code: str, **values: Any) -> Any:
        """Run PHP inside WordPress with these values as variables. Returns what the code returns, as JSON would."""
        return run_php(self.folder, code, **values)

    def configure(self, **settings: Any) -> None:
        """Change settings of the plugin; the others keep their values."""
        self.run("update_option('keepopen', array_merge(keepopen_settings(), $settings));", settings=settings)

    def switch_theme(self, theme: str) -> None:
        self.run("switch_theme($theme);", theme=theme)

    def plugin_complaints(self) -> list[str]:
        """Return the lines that PHP has logged about the plugin's files."""
        log = self.folder / "wp-content" / "debug.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return [line for line in lines if "plugins/keepopen" in line]


def run_php(folder: Path, code: str, **values: Any) -> Any:
    question = json.dumps({"code": code, "values": values})
    answer = subprocess.run(
        ["php", str(SITE / "run.php"), str(folder)], input=question, capture_output=True, text=True, check=False
    )
    _, marker, result = answer.stdout.rpartition("\x1e")
    if answer.returncode or not marker:
        raise RuntimeError(f"PHP failed: {answer.stdout[-2000:]} {answer.stderr[-2000:]}")
    return json.loads(result)


@contextlib.contextmanager
def running_wordpress(folder: Path, socket: Path, port: int, token: str) -> Iterator[WordPress]:
    """Install WordPress with the plugin and its content, serve it on this port, and stop it at the end."""
    site = folder / "wordpress"
    shutil.copytree(WORDPRESS, site, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess", "plugins"))
    (site / "wp-content" / "plugins").mkdir()
    (site / "wp-content" / "plugins" / "keepopen").symlink_to(PLUGIN)
    shutil.copytree(SITE / "mu-plugins", site / "wp-content" / "mu-plugins")
    url = f"http://{HOST}:{port}"
    configuration = (SITE / "wp-config.php").read_text(encoding="utf-8")
    for name, value in {"SOCKET": str(socket), "URL": url, "TOKEN": token}.items():
        configuration = configuration.replace(f"@{name}@", value)
    (site / "wp-config.php").write_text(configuration, encoding="utf-8")
    run_php(site, (SITE / "install.php").read_text(encoding="utf-8"))
    content = run_php(site, (SITE / "content.php").read_text(encoding="utf-8"))
    with serving(site, port):
        yield WordPress(url, site, content["addresses"], content["ids"])


@contextlib.contextmanager
def serving(site: Path, port: int) -> Iterator[None]:
    """Run PHP's own server. Several workers are needed, because WordPress asks itself for pages."""
    with (site / "server.log").open("wb") as log:
        process = subprocess.Popen(
            ["php", "-d", "opcache.enable_cli=1", "-S", f"{HOST}:{port}", "-t", str(site)],
            stdout=log, stderr=log, env={**os.environ, "PHP_CLI_SERVER_WORKERS": WORKERS}, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(f"http://{HOST}:{port}/wp-includes/images/blank.gif"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PHP's server did not start; see {site}/server.log")
            time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, 15)  # the server and its workers, which are in a group of their own
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False
