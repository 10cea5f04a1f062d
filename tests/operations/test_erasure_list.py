"""The list of erasures outside the database is private, holds no names, and is read from several files as one."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.contributions.erasure_store import Erasure, ErasureKind, add_erasure
from service.operations.erasure_list import LIST, read_erasures, write_erasures
from service.operations.jobs import save_erasures
from service.operations.manifest import DamagedBackupError
from service.services import Services


def erasure(number: int, kind: ErasureKind = ErasureKind.CONTRIBUTOR) -> Erasure:
    return Erasure(kind, bytes([number]) * 32, "Aoife", datetime(2026, 11, number, tzinfo=UTC))


def test_every_minute_the_worker_writes_the_list(services: Services) -> None:
    path = services.settings.var_dir / LIST
    context = cast("Any", SimpleNamespace(additional_context={"services": services}))
    save_erasures.func(context, 0)
    assert not path.exists()  # nobody was erased yet

    with services.engine.begin() as connection:
        add_erasure(connection, erasure(2))
        add_erasure(connection, erasure(1, ErasureKind.CUSTOMER))
    save_erasures.func(context, 0)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_erasures([path]) == [erasure(1, ErasureKind.CUSTOMER), erasure(2)]


def test_lists_of_several_machines_count_each_erasure_once(tmp_path: Path) -> None:
    write_erasures(tmp_path / "one", [erasure(1), erasure(3)])
    write_erasures(tmp_path / "two", [erasure(3), erasure(2)])

    found = read_erasures([tmp_path / "one", tmp_path / "two", tmp_path / "none"])

    assert found == [erasure(1), erasure(2), erasure(3)]


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "contributor"}', '{"kind": "other", "subject_hash": "00"}'])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "list").write_text(line)

    with pytest.raises(DamagedBackupError, match="is not a list of erasures"):
        read_erasures([tmp_path / "list"])
