"""Staff tokens: shown once, stored as a keyed hash, valid until revoked."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from service.errors import NotFoundError
from service.tokens.store import Token, TokenRole, list_tokens
from service.tokens.tokens import NewToken, TokenRequest, create_token, has_role, revoke_token, verify_token

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
OLD, NEW = "o" * 40, "n" * 40


def made(
    engine: Engine, role: TokenRole = TokenRole.EDITOR, keys: tuple[str, ...] = (NEW,), name: str = "desk"
) -> NewToken:
    return create_token(engine, keys, TokenRequest(name, role), NOW)


def test_a_new_token_is_valid(engine: Engine) -> None:
    token = made(engine)

    found = verify_token(engine, (NEW,), token.text, NOW)

    assert found == token.token
    assert found is not None
    assert (found.name, found.role) == ("desk", TokenRole.EDITOR)


def test_the_secret_is_not_stored(engine: Engine) -> None:
    token = made(engine)

    with engine.connect() as connection:
        row = str(connection.execute(text("SELECT * FROM tokens")).one())
    assert token.text.partition(".")[2] not in row
    assert token.text not in repr(token)


def test_any_other_text_is_not_a_token(engine: Engine) -> None:
    token = made(engine)

    for change in ("x{}", "{}x", "", "tok_.x", ".", "é{}", "x" * 5000, "\x00{}"):
        assert verify_token(engine, (NEW,), change.format(token.text), NOW) is None


def test_an_id_with_the_secret_of_another_token_is_not_valid(engine: Engine) -> None:
    first, second = made(engine), made(engine)

    assert verify_token(engine, (NEW,), f"{first.token.token_id}.{second.text.partition('.')[2]}", NOW) is None


def test_a_token_stays_valid_until_its_key_is_removed(engine: Engine) -> None:
    token = made(engine, keys=(OLD,))

    assert verify_token(engine, (NEW, OLD), token.text, NOW) is not None
    assert verify_token(engine, (NEW,), token.text, NOW) is None


def test_a_revoked_token_is_invalid_at_once(engine: Engine) -> None:
    token = made(engine)

    assert revoke_token(engine, token.token.token_id, NOW) == 1

    assert verify_token(engine, (NEW,), token.text, NOW) is None
    with engine.connect() as connection:
        assert list_tokens(connection)[0].revoked_at == NOW


def test_all_tokens_of_a_name_are_revoked_together(engine: Engine) -> None:
    made(engine, name="leaver")
    made(engine, name="leaver")
    kept = made(engine, name="stays")

    assert revoke_token(engine, "leaver", NOW) == 2

    assert verify_token(engine, (NEW,), kept.text, NOW) is not None


def test_revoking_nothing_is_an_error(engine: Engine) -> None:
    with pytest.raises(NotFoundError):
        revoke_token(engine, "unknown", NOW)


@pytest.mark.parametrize(
    ("role", "may_edit", "may_export"),
    [
        (TokenRole.EDITOR, True, False),
        (TokenRole.FINANCE, False, True),
        (TokenRole.AUDITOR, False, False),
        (TokenRole.ADMIN, True, True),
    ],
)
def test_an_admin_has_every_role_and_others_only_their_own(role: TokenRole, may_edit: bool, may_export: bool) -> None:
    token = Token("tok_1", "desk", role, b"", "", NOW)

    assert has_role(token, frozenset({TokenRole.EDITOR})) is may_edit
    assert has_role(token, frozenset({TokenRole.FINANCE})) is may_export


@pytest.mark.parametrize(
    ("age", "is_valid"),
    [(timedelta(), True), (timedelta(days=30) - timedelta(seconds=1), True), (timedelta(days=30), False)],
)
def test_a_token_expires_after_its_days(engine: Engine, age: timedelta, is_valid: bool) -> None:
    token = create_token(engine, (NEW,), TokenRequest("temp", TokenRole.EDITOR, days=30), NOW)

    assert (verify_token(engine, (NEW,), token.text, NOW + age) is not None) == is_valid


def test_the_day_of_the_last_use_is_noted(engine: Engine) -> None:
    token = made(engine)
    verify_token(engine, (NEW,), f"{token.text}x", NOW)
    with engine.connect() as connection:
        assert list_tokens(connection)[0].last_used_on is None

    for day in (0, 3):
        verify_token(engine, (NEW,), token.text, NOW + timedelta(days=day))

    with engine.connect() as connection:
        assert list_tokens(connection)[0].last_used_on == (NOW + timedelta(days=3)).date()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tokens SET role = 'admin'",
        "UPDATE tokens SET name = 'x'",
        "UPDATE tokens SET digest = ''",
        "UPDATE tokens SET expires_at = NULL",
        "UPDATE tokens SET token_id = 'x'",
        "UPDATE tokens SET created_at = now()",
        "DELETE FROM tokens",
        "TRUNCATE tokens",
    ],
)
def test_the_application_cannot_change_what_a_token_allows(engine: Engine, change: str) -> None:
    made(engine)

    with pytest.raises(ProgrammingError, match="permission denied"), engine.begin() as connection:
        connection.execute(text(change))
