"""Commands about contributions: `refund`, `readers forget`, `doctor`."""

import sys
from typing import NoReturn

import click
from flask.cli import with_appcontext

from service.contributions.forget import forget_contributor
from service.contributions.refunds import RefundWish, refund_charge
from service.errors import DomainError
from service.ids import new_id
from service.money import major_text
from service.services import current_services
from service.stripe_events.doctor import examine
from service.widget.install.browser.find import VisitPage, find_browser
from service.widget.install.check import check_pages
from service.widget.install.page_argument import parse_page
from service.widget.install.report import report_json, report_text


@click.command()
@click.argument("charge_id")
@click.option("--amount", help="Major units, such as 5 or 5.00; without it, all that is left.")
@click.option("--by", "requested_by", required=True, help="Who decided it; kept with the refund.")
@click.option("--key", help="Name of this wish; the same key is the same refund. Printed when it is made up.")
@with_appcontext
def refund(charge_id: str, amount: str | None, requested_by: str, key: str | None) -> None:
    """Give a contribution back, in full or in part."""
    wish = RefundWish(charge_id, key or new_id("rfk"), requested_by, amount)
    try:
        made = refund_charge(current_services(), wish)
    except DomainError as error:
        raise click.ClickException(f"{error} (key {wish.key})") from error
    click.echo(f"{made.id} {made.status}: {major_text(made.amount_minor, made.currency)} {made.currency}")


@click.group()
def readers() -> None:
    """What is held about readers."""


@readers.command()
@click.argument("email")
@with_appcontext
def forget(email: str) -> None:
    """Empty everything personal of a contributor, here and at Stripe. Amounts and books stay."""
    try:
        done = forget_contributor(current_services(), email)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{done.contribution_count} contributions emptied, {done.customer_count} customers deleted at Stripe, "
        f"{done.body_count} stored events emptied."
    )


@click.command()
@click.option(
    "--page",
    "pages",
    metavar="[TYPE=]URL",
    multiple=True,
    help="Check the widget on this page instead. Repeat it for several pages; TYPE is the page type it should have.",
)
@click.option("--chromium", metavar="PATH", help="The browser to open pages with; otherwise one that is found.")
@click.option("--no-browser", is_flag=True, help="Read only the HTML and headers of pages.")
@click.option("--json", "is_json", is_flag=True, help="Print the result for pages as JSON.")
@with_appcontext
def doctor(pages: tuple[str, ...], chromium: str | None, no_browser: bool, is_json: bool) -> None:
    """Check the payment setup, or the widget on pages, and list what to mend. Exit status 1 if anything is wrong."""
    if pages:
        _check_pages(pages, None if no_browser else find_browser(chromium), is_json)
    findings = examine(current_services())
    for finding in findings:
        click.echo(f"{'ok     ' if finding.is_fine else 'PROBLEM'}  {finding.what}")
        if finding.remedy:
            click.echo(f"         {finding.remedy}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


def _check_pages(pages: tuple[str, ...], visit: VisitPage | None, is_json: bool) -> NoReturn:
    try:
        requested = [parse_page(page) for page in pages]
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    reports = check_pages(requested, current_services(), visit)
    click.echo(report_json(reports) if is_json else report_text(reports))
    sys.exit(1 if any(report.has_problem for report in reports) else 0)
