"""`flask staff invite|list|end-sessions|record`."""

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.services import current_services
from service.staff.inviting import Wish, invite, read_email
from service.staff.people import COMMAND_LINE, Role
from service.staff.record_checks.checking import check_record
from service.staff.session_store import last_seen
from service.staff.signing_in import end_sessions
from service.staff.store import find_person_by_email, list_people

ROLES = click.Choice([role.value for role in Role])


@click.group()
def staff() -> None:
    """The people of the newsroom who use the console."""


@staff.command("invite")
@click.argument("email")
@click.option("--role", "roles", required=True, multiple=True, type=ROLES, help="What the person may do. Repeatable.")
@click.option("--site", "sites", multiple=True, help="A site of the person. Repeatable. Default: all sites.")
@click.option("--name", default="", help="The person's name. Default: the address up to the @.")
@with_appcontext
def invite_person(email: str, roles: tuple[str, ...], sites: tuple[str, ...], name: str) -> None:
    """Add a person and print a one-time link with which they sign in.

    A person who is known already gets these roles and sites, and the new link replaces earlier ones.
    """
    wish = Wish(email, frozenset(Role(role) for role in roles), frozenset(sites) or None, name)
    try:
        invitation = invite(current_services(), wish, COMMAND_LINE)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    until = f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"{invitation.person.name} can sign in once with this link, until {until}:", err=True)
    click.echo(invitation.link)


@staff.command("list")
@with_appcontext
def list_all() -> None:
    """List the people with their roles, sites and last use of the console."""
    try:
        with connected(current_services().engine) as connection:
            people, seen = list_people(connection), last_seen(connection)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for person in people:
        state = "disabled" if person.disabled_at else "enabled"
        used = f"used {seen[person.id]:%Y-%m-%d %H:%M}" if person.id in seen else "never used"
        sites = ", ".join(sorted(person.sites)) if person.sites is not None else "all sites"
        roles = ", ".join(role for role in Role if role in person.roles)
        click.echo(f"{person.email:32}  {roles:24}  {sites:16}  {state:8}  {used:21}  {person.name}")


@staff.command("end-sessions")
@click.argument("email", required=False)
@click.option("--everybody", is_flag=True, help="End the sessions of all people.")
@with_appcontext
def end_all_sessions(email: str | None, *, everybody: bool) -> None:
    """End all sessions of the person with this address, or of everybody. They can sign in again."""
    if (email is None) != everybody:
        raise click.UsageError("name the address of a person, or give --everybody")
    services = current_services()
    try:
        owner = None
        if email is not None:
            with connected(services.engine) as connection:
                owner = find_person_by_email(connection, read_email(email))
            if owner is None:
                raise click.ClickException(f"there is no person with the address {email}")
        count = end_sessions(services, owner, COMMAND_LINE)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Ended {count} sessions.")


@staff.command("check-record")
@with_appcontext
def check_whole_record() -> None:
    """Check the chain of the record. Exit status 1 if it is broken."""
    services = current_services()
    try:
        check = check_record(services.engine, services.clock())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if check.problem is not None:
        raise click.ClickException(f"The record is broken: {check.problem}.")
    last = f" Hash of the last row: {check.seen.hash.hex()}" if check.seen.number else ""
    click.echo(f"The record is whole, with {check.seen.number} rows.{last}")
