"""Folders for files that no other user of the machine may read, such as mail with one-time links."""

import os
import stat
from pathlib import Path

from service.settings import SettingsError

OPEN_TO_OTHERS = 0o067  # all but the right of the group to pass through, which the embedded PostgreSQL may need


def prepare_var_dir(var_dir: Path) -> None:
    """Create `var_dir` as a private folder, or make it private if it holds nothing but our database.

    Raise SettingsError if it cannot be made, belongs to another user, or is open to others and may hold their files.
    The folders above it are never changed.
    """
    try:
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = var_dir.stat()
        if found.st_uid != os.geteuid():
            raise SettingsError(
                (f"VAR_DIR: {var_dir.resolve()} belongs to another user. Choose a folder of your own.",)
            )
        if not found.st_mode & OPEN_TO_OTHERS:
            return
        if not (_is_empty(var_dir) or (var_dir / "postgresql" / "PG_VERSION").exists()):
            command = f"chmod 700 {var_dir.resolve()}"
            raise SettingsError((f"VAR_DIR: other users can open it. Run `{command}`, or choose an empty folder.",))
        var_dir.chmod(0o700)
    except OSError as error:
        raise SettingsError((f"VAR_DIR: {var_dir.resolve()} cannot be used: {error.strerror}.",)) from error


def _is_empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None


def make_private_folder(folder: Path) -> None:
    """Create a folder inside VAR_DIR that only this user can open, or make an existing one so."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)


def write_private_file(path: Path, content: bytes) -> None:
    """Write a file that only this user can read, whatever the umask."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
