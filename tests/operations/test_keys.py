"""Secret keys that a database was never used with are noticed, until an operator says that they are right."""

from dataclasses import replace

from flask import Flask
from structlog.testing import capture_logs

from service.app import create_app
from service.operations.keys import are_keys_known, note_keys
from service.sealing import KeyRing
from service.services import EXTENSION, Services
from service.settings import Settings
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token

OLD, NEW = "an-old-key-of-the-tests-an-old-key", "a-new-key-of-the-tests-a-new-key-"


def with_keys(services: Services, *keys: str) -> Services:
    return replace(services, keys=KeyRing(keys))


def is_known(services: Services, *keys: str) -> bool:
    with services.engine.connect() as connection:
        return are_keys_known(connection, KeyRing(keys))


def test_the_keys_of_the_first_start_are_known_and_so_is_a_new_key_before_an_old_one(services: Services) -> None:
    note_keys(with_keys(services, OLD))
    note_keys(with_keys(services, NEW, OLD))

    assert is_known(services, OLD)
    assert is_known(services, NEW)


def test_keys_that_the_database_does_not_know_are_logged_and_not_remembered(services: Services) -> None:
    note_keys(with_keys(services, OLD))
    with capture_logs() as logs:
        note_keys(with_keys(services, NEW))

    assert [line["event"] for line in logs] == ["secret_keys_unknown"]
    assert not is_known(services, NEW)


def test_a_start_goes_on_if_the_database_is_away(settings: Settings) -> None:
    app = create_app(replace(settings, database_url="postgresql://127.0.0.1:9/away"), has_background=False)
    services: Services = app.extensions[EXTENSION]

    with capture_logs() as logs:
        note_keys(services)

    assert [line["event"] for line in logs if line["event"].startswith("secret")] == ["secret_keys_not_checked"]
    services.close()


def test_an_operator_can_accept_new_keys(app: Flask, app_services: Services) -> None:
    note_keys(with_keys(app_services, OLD))
    assert "NOT those of this database" in app.test_cli_runner().invoke(args=["status"]).stdout

    result = app.test_cli_runner().invoke(args=["accept-keys"])

    assert result.exit_code == 0
    assert "belong to this database" in app.test_cli_runner().invoke(args=["status"]).stdout


def test_the_list_of_tokens_says_which_are_refused_for_a_lost_key(app: Flask, app_services: Services) -> None:
    for name, keys in {"old": OLD, "new": NEW}.items():
        request = TokenRequest(name, TokenRole.FINANCE)
        create_token(app_services.engine, (keys,), request, app_services.clock())
    object.__setattr__(app_services, "keys", KeyRing((NEW,)))

    old, new = app.test_cli_runner().invoke(args=["tokens", "list"]).stdout.splitlines()

    assert ("refused: its key is lost" in old, "refused" in new) == (True, False)


def test_fingerprints_tell_keys_apart_and_hold_nothing_of_them() -> None:
    first, second = KeyRing((OLD, NEW)).fingerprints()

    assert first != second
    assert (first,) == KeyRing((OLD,)).fingerprints()
    assert len(first) == 16
