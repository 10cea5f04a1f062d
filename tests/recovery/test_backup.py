"""Backup, restore and check as an operator runs them, with real processes and a second installation."""

from service.demo.processes import Ports
from service.demo.seed import seed
from service.demo.settings import SECRET_KEY
from tests.recovery.conftest import Installation, installed


def test_a_backup_is_checked_and_restored_into_an_installation_of_its_own(installation: Installation) -> None:
    seed(installation.address, Ports(), installation.var_dir)
    keys = {"SECRET_KEYS": SECRET_KEY}

    made = installation.command("backup", **keys)
    backup = made.stdout.strip()
    checked = installation.command("restore", "--check", backup, **keys)

    assert made.returncode == 0, made.stderr
    assert (checked.returncode, "Everything is as the manifest says" in checked.stdout) == (0, True), checked.stderr
    assert installation.rows("SELECT count(*) FROM backups WHERE verified_at IS NOT NULL") == [(1,)]
    with installed(is_migrated=False) as other:
        restored = other.command("restore", backup, **keys)
        again = other.command("restore", backup, **keys)

        assert restored.returncode == 0, restored.stderr
        assert other.rows("SELECT count(*) FROM documents") == installation.rows("SELECT count(*) FROM documents")
        assert again.returncode == 1
        assert "Nothing was changed" in again.stderr
        assert "Traceback" not in again.stderr
    refused = installation.command("restore", "--check", backup, SECRET_KEYS="another-key-another-key-another-key")
    assert (refused.returncode, "SECRET_KEYS are not those of this backup" in refused.stderr) == (1, True)
