"""`flask tokens create|revoke|list`."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import NotFoundError, StoreUnavailableError
from service.services import current_services
from service.tokens.store import Token, TokenRole, list_tokens
from service.tokens.tokens import TokenRequest, create_token, revoke_token


@click.group()
def tokens() -> None:
    """Bearer tokens for staff and finance."""


@tokens.command()
@click.option("--name", required=True, help="Person or program that will use the token.")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in TokenRole]), help="What the token allows."
)
@click.option("--site", help="The only site that an editor may see and change. Default: all sites.")
@click.option("--days", type=click.IntRange(1, 3650), help="For how many days the token is valid. Default: forever.")
@with_appcontext
def create(name: str, role: str, site: str | None, days: int | None) -> None:
    """Create a token and print it. It cannot be printed again."""
    if site is not None and role != TokenRole.EDITOR:
        raise click.BadParameter("only editors work for a single site: the books are those of all sites")
    services = current_services()
    request = TokenRequest(name, TokenRole(role), days, site)
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
    """List all tokens, including revoked and expired ones, without their secrets."""
    services = current_services()
    known = services.keys.fingerprints()
    with connected(services.engine) as connection:
        for token in list_tokens(connection):
            used = f"used {token.last_used_on}" if token.last_used_on else "never used"
            state = _state(token, services.clock(), is_known=token.key_fingerprint in known)
            created = f"{token.created_at:%Y-%m-%d}"
            site = token.site or "all sites"
            click.echo(f"{token.token_id}  {token.role:8}  {created}  {state:24}  {used:15}  {site:12}  {token.name}")


def _state(token: Token, now: datetime, *, is_known: bool) -> str:
    """Return whether a token is accepted. `is_known`: SECRET_KEYS have the key that it was made with."""
    if token.revoked_at:
        return f"revoked {token.revoked_at:%Y-%m-%d %H:%M}"
    if not is_known:
        return "refused: its key is lost"
    if token.expires_at is None:
        return "valid"
    return f"{'valid until' if token.is_valid_at(now) else 'expired'} {token.expires_at:%Y-%m-%d}"
