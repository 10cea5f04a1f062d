"""Counts of a machine's processes. Each process counts in a file of its own, which others read and add up.

A file outlives its process, even one that was killed, so the sum over a machine never falls. Files of processes that
have ended are folded into one file, or there would be more of them with every restart.
"""

import fcntl
import json
import mmap
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from threading import Lock

import structlog

from service.ids import new_id
from service.private_folders import make_private_folder, write_private_file

FILE_BYTES = 512 * 1024  # about 4,000 counts. The space is taken at once, because a full disk would kill the process
HEADER_BYTES = 8  # the end of the entries
STATE = "="  # keys that begin so are the last state of a process, which ends with it
ENDED = "ended.json"
ENDING = ".counts"
_NUMBER, _LENGTH = struct.Struct("=d"), struct.Struct("=Q")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ended:
    """The counts of processes that have ended, and the names of their files, which may not be deleted yet."""

    files: frozenset[str]
    counts: dict[str, float]


class OwnCounts:
    """The counts of this process: in a file in `folder`, or in memory if that is None. Both hold the same bytes."""

    def __init__(self, folder: Path | None = None) -> None:
        self._turn = Lock()
        self._places: dict[str, int] = {}
        self._end = HEADER_BYTES
        self._folder = folder
        self._file: BufferedRandom | None = None
        self._map = None if folder is None else self._opened(folder)
        self._content: mmap.mmap | bytearray = bytearray(_no_entries()) if self._map is None else self._map
        self._numbers = memoryview(self._content).cast("d")

    def place(self, key: str, begins_at: float = 0.0) -> int:
        """Return the place of a number, which `add` needs. Keys that find no space share a place that is not read."""
        with self._turn:
            if key not in self._places:
                self._places[key] = self._append(key, begins_at)
            return self._places[key]

    def add(self, *amounts: tuple[int, float]) -> None:
        """Add to each of these places its amount. A number is written in one piece, so no process reads half of it."""
        with self._turn:
            for place, amount in amounts:
                self._numbers[place] += amount

    def set(self, key: str, number: float) -> None:
        """Replace a number that is the state of this process and no count."""
        place = self.place(STATE + key, number)
        with self._turn:
            self._numbers[place] = number

    def sums(self) -> dict[str, float]:
        """Return the sum of each count over all processes of this machine, also over those that have ended."""
        if self._folder is not None and self._map is not None:
            return _sums(self._folder)
        return _counts(self._own())

    def states(self) -> list[dict[str, float]]:
        """Return the state of each process of this machine that is running."""
        if self._folder is None or self._map is None:
            found = [dict(self._own())]
        else:
            found = [dict(_entries(_read(path))) for path in self._folder.glob(f"*{ENDING}") if _is_held(path)]
        return [{key[1:]: number for key, number in numbers.items() if key.startswith(STATE)} for numbers in found]

    def close(self) -> None:
        """Count in memory from now on. The end of the process ends counting in the file too."""
        with self._turn:
            if self._map is not None:
                self._content = bytearray(self._map)
                self._numbers = memoryview(self._content).cast("d")
                self._map.close()
                self._map = None
            if self._file is not None:
                self._file.close()

    def _own(self) -> list[tuple[str, float]]:
        with self._turn:
            return list(_entries(self._content[: self._end]))

    def _opened(self, folder: Path) -> mmap.mmap | None:
        """Create the file of this process. Return None, and count in memory only, if the disk does not allow that."""
        try:
            make_private_folder(folder)
            fold_ended(folder)
            name = new_id("cnt")
            unfinished = folder / f"{name}.new"
            self._file = unfinished.open("x+b")
            os.fchmod(self._file.fileno(), 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)  # held until the process ends, however it ends
            self._file.write(_no_entries())
            self._file.flush()
            opened = mmap.mmap(self._file.fileno(), FILE_BYTES)
            unfinished.rename(folder / f"{name}{ENDING}")
        except OSError as error:
            log.error("counts_not_shared", error_type=type(error).__name__, reason=error.strerror)
            return None
        return opened

    def _append(self, key: str, number: float) -> int:
        """Write a new entry and then the end of the entries, which readers read first. Return the number's place."""
        text = key.encode()
        text += b" " * (-len(text) % _NUMBER.size)
        entry = _LENGTH.pack(len(text)) + text + _NUMBER.pack(number)
        end = self._end + len(entry)
        if end > FILE_BYTES - _NUMBER.size:
            log.warning("count_not_shared", key=key)
            return FILE_BYTES // _NUMBER.size - 1
        self._content[self._end : end] = entry
        self._content[:HEADER_BYTES] = _LENGTH.pack(end)
        self._end = end
        return end // _NUMBER.size - 1


def _no_entries() -> bytes:
    return _LENGTH.pack(HEADER_BYTES).ljust(FILE_BYTES, b"\0")


def fold_ended(folder: Path) -> None:
    """Move the counts of processes that have ended into one file. Do nothing if another process does so now."""
    with (folder / "lock").open("ab") as lock:
        os.fchmod(lock.fileno(), 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        ended = _read_ended(folder)
        left = [path for path in folder.glob(f"*{ENDING}") if not _is_held(path)]
        counts = _with_files(ended, left)
        document = {"files": [path.name for path in left], "counts": counts}
        write_private_file(folder / f"{ENDED}.new", json.dumps(document).encode())
        (folder / f"{ENDED}.new").rename(folder / ENDED)
        for path in left:
            path.unlink()


def _sums(folder: Path) -> dict[str, float]:
    """Return the sums of all files. Read again if files were folded in the meantime."""
    while True:
        ended = _read_ended(folder)
        sums = _with_files(ended, folder.glob(f"*{ENDING}"))
        if _read_ended(folder) == ended:
            return sums


def _with_files(ended: Ended, paths: Iterable[Path]) -> dict[str, float]:
    """Return the folded counts plus those in the files that are not folded."""
    sums = ended.counts.copy()
    for path in paths:
        if path.name not in ended.files:
            for key, number in _counts(_entries(_read(path))).items():
                sums[key] = sums.get(key, 0.0) + number
    return sums


def _counts(numbers: Iterable[tuple[str, float]]) -> dict[str, float]:
    return {key: number for key, number in numbers if not key.startswith(STATE)}


def _read_ended(folder: Path) -> Ended:
    """Return the folded counts. A file that is missing or damaged has none."""
    try:
        found = json.loads((folder / ENDED).read_bytes())
        return Ended(frozenset(found["files"]), dict(found["counts"]))
    except FileNotFoundError:
        return Ended(frozenset(), {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("ended_counts_unreadable", error_type=type(error).__name__)
        return Ended(frozenset(), {})


def _read(path: Path) -> bytes:
    """Return the content of a process's file, or nothing if the file was deleted."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def _entries(content: bytes | bytearray) -> Iterator[tuple[str, float]]:
    """Yield the numbers in the content of a file, by key."""
    place, end = HEADER_BYTES, _LENGTH.unpack_from(content)[0] if content else 0
    while place < end:
        after = place + _LENGTH.size + _LENGTH.unpack_from(content, place)[0]
        yield content[place + _LENGTH.size : after].decode().rstrip(), _NUMBER.unpack_from(content, after)[0]
        place = after + _NUMBER.size


def _is_held(path: Path) -> bool:
    """Return whether the process that counts in this file is running. The system releases the lock when it ends."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
