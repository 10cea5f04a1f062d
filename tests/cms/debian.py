"""The Debian packages that a WordPress test machine needs, and how to tell whether they are installed."""

import shutil
from pathlib import Path

WORDPRESS = Path("/usr/share/wordpress")
THEMES = ("twentytwentythree", "twentytwentytwo", "twentytwentyone")


def missing_packages() -> list[str]:
    """Return the names of the Debian packages that are not installed, or an empty list."""
    found = {
        "wordpress": (WORDPRESS / "wp-includes" / "version.php").exists(),
        "php-cli": shutil.which("php") is not None,
        "php-mysql": any(Path("/usr/lib/php").rglob("mysqli.so")),
        "mariadb-server": shutil.which("mariadbd", path="/usr/sbin:/usr/bin") is not None,
    }
    themes = {f"wordpress-theme-{name}": (WORDPRESS / "wp-content" / "themes" / name).exists() for name in THEMES}
    return [package for package, is_installed in {**found, **themes}.items() if not is_installed]
