"""The command `doctor`, which checks the installation, or the widget on pages of the publication."""

import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext

from service.errors import DomainError
from service.operations.doctor.bundle import line, write_bundle
from service.operations.doctor.examine import examine_everything
from service.operations.status import status_lines
from service.services import current_services
from service.widget.install.browser.find import VisitPage, find_browser
from service.widget.install.check import check_pages
from service.widget.install.page_argument import parse_page
from service.widget.install.report import report_json, report_text

BUNDLE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--page",
    "pages",
    metavar="[TYPE=]URL",
    multiple=True,
    help="Check the widget on this page instead. Can be repeated. TYPE is the page type that the page should have.",
)
@click.option("--chromium", metavar="PATH", help="Browser to open pages with. Default: an installed one.")
@click.option("--no-browser", is_flag=True, help="Read only the HTML and the headers of pages.")
@click.option("--json", "is_json", is_flag=True, help="Print the result for pages as JSON.")
@click.option("--bundle", type=BUNDLE, help="Also write a ZIP file for those who help, without secrets.")
@with_appcontext
def doctor(pages: tuple[str, ...], chromium: str | None, no_browser: bool, is_json: bool, bundle: Path | None) -> None:
    """Check the installation, or the widget on pages, and say how to fix problems. Exit status 1 if there are any."""
    if pages:
        _check_pages(pages, None if no_browser else find_browser(chromium), is_json)
    services = current_services()
    findings = examine_everything(services)
    for finding in findings:
        click.echo(line(finding))
    if bundle is not None:
        state = "\n".join(f"{subject}: {text}" for subject, text in status_lines(services))
        write_bundle(bundle, services.settings, findings, state)
        click.echo(f"Written without secrets: {bundle}", err=True)
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


def _check_pages(pages: tuple[str, ...], visit: VisitPage | None, is_json: bool) -> NoReturn:
    try:
        requested = [parse_page(page) for page in pages]
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    reports = check_pages(requested, current_services(), visit)
    click.echo(report_json(reports) if is_json else report_text(reports))
    sys.exit(1 if any(report.has_problem for report in reports) else 0)
