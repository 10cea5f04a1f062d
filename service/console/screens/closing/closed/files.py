"""The files of a closed period: which there are, how far they are, and all of them in one archive."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing

from service.console.screens.closing.periods import BooksPeriod
from service.console.screens.exports.form import MONTHLY
from service.exports.exporting import Caller, Exports, open_export
from service.exports.request import ExportName, ExportRequest
from service.exports.runs.preparations_store import Preparation
from service.exports.runs.preparing import ask_for_file
from service.services import Services

CHUNK_BYTES = 64 * 1024


def file_requests(period: BooksPeriod) -> tuple[ExportRequest, ...]:
    """Return the requests of the files that belong into the folder of a month."""
    return tuple(ExportRequest(name, from_on=period.first_day, to_on=period.last_day) for name in MONTHLY)


def prepare_files(services: Services, caller: Caller, period: BooksPeriod) -> None:
    """Queue the preparation of every file of a period."""
    for request in file_requests(period):
        ask_for_file(services, caller, request)


def newest_by_name(prepared: tuple[Preparation, ...]) -> dict[str, Preparation]:
    """Return the newest preparation of each file. `prepared` has the newest first."""
    found: dict[str, Preparation] = {}
    for file in prepared:
        found.setdefault(file.name, file)
    return {name.value: found[name.value] for name in ExportName if name.value in found}


def archive(exports: Exports, caller: Caller, period: BooksPeriod) -> Iterator[bytes]:
    """Yield a ZIP archive with every file of a period. It is written to disk first, so memory does not grow with it."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            for request in file_requests(period):
                with (
                    closing(open_export(exports, caller, request, request.file_format.value)) as stream,
                    zipped.open(stream.file_name, "w", force_zip64=True) as entry,
                ):
                    for chunk in stream:
                        entry.write(chunk)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
