"""Commands about contributions: `refund`, `readers forget`, `doctor`."""

import sys
from typing import NoReturn

import click
from flask.cli import with_appcontext

from service.contributions.forget import forget_contributor
from service.errors import DomainError
from service.ids import new_id
from service.money import major_text
from service.reconciliation.doctor import examine
from service.reconciliation.refunds import RefundWish, refund_charge
from service.services import current_services
from service.widget.install.check import check_page, expected_installation
from service.widget.install.finding import InstallFinding, InstallSeverity, has_problem
from service.widget.install.observer import find_observer


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
@click.option("--page", metavar="URL", help="Look at a publication's page instead: is the widget installed rightly?")
@click.option("--chromium", metavar="PATH", help="The browser to look with; otherwise one that is found.")
@click.option("--no-browser", is_flag=True, help="Look at the page's HTML and headers only.")
@with_appcontext
def doctor(page: str | None, chromium: str | None, no_browser: bool) -> None:
    """Look the money road over, or a page, and say what to do. Ends with 1 where something has to be done."""
    if page:
        observer = None if no_browser else find_observer(chromium)
        _tell_of_page(check_page(page, expected_installation(current_services()), observer))
    findings = examine(current_services())
    for finding in findings:
        click.echo(f"{'ok     ' if finding.is_fine else 'PROBLEM'}  {finding.what}")
        if finding.remedy:
            click.echo(f"         {finding.remedy}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


def _tell_of_page(findings: tuple[InstallFinding, ...]) -> NoReturn:
    marks = {InstallSeverity.FINE: "ok     ", InstallSeverity.ADVICE: "advice ", InstallSeverity.PROBLEM: "PROBLEM"}
    for finding in findings:
        code = "" if finding.severity is InstallSeverity.FINE else f" [{finding.code}]"
        click.echo(f"{marks[finding.severity]}  {finding.what}{code}")
        if finding.remedy:
            click.echo(f"         {finding.remedy}")
    sys.exit(1 if has_problem(findings) else 0)
