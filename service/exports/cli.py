"""Commands: `export NAME`, which writes the bytes that the HTTP endpoint sends, and `accounts apply` and `show`."""

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.layouts.mapping_store import find_mapping
from service.exports.layouts.mappings import apply_mapping
from service.exports.manifest import manifest_document
from service.exports.request import ExportName, ExportRequest, FileFormat, Granularity, Layout, Profile
from service.exports.stream import ExportStream
from service.services import current_services

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("name", type=click.Choice([name.value for name in ExportName]))
@click.option("--from", "from_on", type=_DAY, help="First local day, included.")
@click.option("--to", "to_on", type=_DAY, help="Last local day, included.")
@click.option("--as-of", type=click.IntRange(0), help="Repeat an earlier file: the as_of number in its manifest.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice([format_.value for format_ in FileFormat]),
    default=FileFormat.CSV.value,
)
@click.option("--profile", type=click.Choice([profile.value for profile in Profile]), default=Profile.PLAIN.value)
@click.option(
    "--granularity", type=click.Choice([granularity.value for granularity in Granularity]), default="transaction"
)
@click.option("--layout", type=click.Choice([layout.value for layout in Layout]), default=Layout.GENERIC.value)
@click.option("--currency", help="Only this currency, for layouts that hold a single currency.")
@click.option("--part", type=click.IntRange(1), help="The part to write, if the layout limits the lines of a file.")
@click.option("--batch", type=click.IntRange(1), help="A batch of the journal, which has its own days and layout.")
@click.option("--current", "is_current", is_flag=True, help="The books as they are now, also if the days are closed.")
@click.option("--pii", "has_personal_data", is_flag=True, help="Fill the personal columns. Only you may read the file.")
@click.option("--manifest", "is_manifest", is_flag=True, help="Write the manifest instead of the file.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@with_appcontext
def export(name: str, output: Path | None, is_manifest: bool, **given: Any) -> None:
    """Write a file for finance as CSV or XLSX. Both days are included and local to ACCOUNTING_TIMEZONE."""
    try:
        run_format = "json" if is_manifest else given["file_format"]
        stream = open_export(_exports(), OPERATOR, _request(name, given), run_format)
        is_private = given["has_personal_data"]
        with contextlib.closing(stream), _opened(output, is_private=is_private) as file:
            if is_manifest:
                file.write(json.dumps(manifest_document(stream.manifest()), indent=2).encode() + b"\n")
            else:
                _write(stream, file, has_progress=output is not None)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if output is not None and not is_manifest:
        click.echo(f"{stream.row_count} rows, as of {stream.as_of}, SHA-256 {stream.sha256}", err=True)


@click.group()
def accounts() -> None:
    """Map our accounts to the accounts in the organisation's accounting system."""


@accounts.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def apply_accounts(file: Path) -> None:
    """Check the mapping in FILE and put it in force for the layout that it names."""
    services = current_services()
    try:
        text = file.read_text(encoding="utf-8")
        mapping, version = apply_mapping(services.engine, text, OPERATOR.name, services.clock())
    except (DomainError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(mapping.accounts)} accounts are mapped for {mapping.layout.value}, version {version}.")


@accounts.command("show")
@click.argument("layout", type=click.Choice([layout.value for layout in Layout if layout.is_mapped]))
@with_appcontext
def show_accounts(layout: str) -> None:
    """Print the mapping that is in force for LAYOUT."""
    with connected(current_services().engine) as connection:
        version = find_mapping(connection, Layout(layout))
    if version is None:
        raise click.ClickException(f"no accounts are mapped for {layout} yet")
    click.echo(version.document, nl=False)


def _exports() -> Exports:
    services = current_services()
    return Exports(services.engine, services.settings, services.clock)


def _request(name: str, given: dict[str, Any]) -> ExportRequest:
    enums = {"file_format": FileFormat, "profile": Profile, "granularity": Granularity, "layout": Layout}
    values = {key: enums[key](value) if key in enums else value for key, value in given.items()}
    fields: dict[str, Any] = {
        key: value.date() if isinstance(value, datetime) else value for key, value in values.items()
    }
    return ExportRequest(ExportName(name), **fields)


def _write(stream: ExportStream, file: IO[bytes], *, has_progress: bool) -> None:
    if not has_progress:
        file.writelines(stream)
        return
    with click.progressbar(length=stream.count_all_rows(), label=stream.request.name.value, file=sys.stderr) as bar:
        written = 0
        for chunk in stream:
            file.write(chunk)
            bar.update(stream.row_count - written)
            written = stream.row_count


@contextlib.contextmanager
def _opened(output: Path | None, *, is_private: bool) -> Iterator[IO[bytes]]:
    """Open the output file, or standard output for None. If writing fails, no file is left.

    If the file is private, only this user may read it, whatever the umask.
    """
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.unlink(missing_ok=True)  # of a run that was killed
        partial.touch(mode=0o600 if is_private else 0o666, exist_ok=False)
        with partial.open("wb") as file:
            yield file
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
