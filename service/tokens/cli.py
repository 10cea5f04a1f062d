"""`flask tokens create|revoke|list`."""

import click
from flask.cli import with_appcontext

from service.errors import NotFoundError, StoreUnavailableError
from service.services import current_services
from service.tokens.store import Role, list_tokens
from service.tokens.tokens import TokenRequest, create_token, revoke_token


@click.group()
def tokens() -> None:
    """Bearer tokens for staff and finance."""


@tokens.command()
@click.option("--name", required=True, help="Person or program that will use the token.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the token allows.")
@with_appcontext
def create(name: str, role: str) -> None:
    """Create a token and print it. It cannot be printed again."""
    services = current_services()
    request = TokenRequest(name, Role(role))
    try:
        made = create_token(services.engine, services.settings.secret_keys, request, services.clock())
    except StoreUnavailableError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.token.token_id} ({name}, {role}). The token is shown only once:", err=True)
    click.echo(made.text)


@tokens.command()
@click.argument("id_or_name")
@with_appcontext
def revoke(id_or_name: str) -> None:
    """Revoke the token with this id, or all tokens with this name, with immediate effect."""
    services = current_services()
    try:
        count = revoke_token(services.engine, id_or_name, services.clock())
    except (NotFoundError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Revoked {count}.")


@tokens.command("list")
@with_appcontext
def list_all() -> None:
    """List all tokens, including revoked ones, without their secrets."""
    with current_services().engine.connect() as connection:
        for token in list_tokens(connection):
            state = f"revoked {token.revoked_at:%Y-%m-%d %H:%M}" if token.revoked_at else "valid"
            click.echo(f"{token.token_id}  {token.role:8}  {token.created_at:%Y-%m-%d}  {state:24}  {token.name}")
