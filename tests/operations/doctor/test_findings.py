"""Planted misconfigurations are found, each with what to do about it."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from service.assembly import build_services
from service.database.engine import owner_engine
from service.operations.backups_store import LastBackups, add_backup
from service.operations.build import build_id
from service.operations.doctor.address import examine_answer, examine_certificate
from service.operations.doctor.database import examine_backups, examine_contents, examine_version
from service.operations.doctor.examine import examine_everything
from service.operations.doctor.facts_store import DatabaseFacts
from service.operations.doctor.machine import (
    examine_counters,
    examine_disk,
    examine_folder,
    examine_mail,
    examine_skew,
)
from service.operations.keys import note_keys
from service.reconciliation.doctor import SetupFinding
from service.sealing import KeyRing
from service.services import Services
from service.settings import Settings
from tests.contributions.conftest import newsroom, stripe
from tests.contributions.world import Newsroom

__all__ = ["newsroom", "stripe"]

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)


def problems(findings: Any) -> list[str]:
    return [finding.what for finding in findings if not finding.is_fine]


@contextmanager
def refusing_server(greeting: bytes) -> Iterator[int]:
    """Greet every caller, and close the connection."""
    with create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            while True:
                try:
                    caller = listener.accept()[0]
                except OSError:
                    return
                with caller:
                    caller.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(2)
            thread.join()


@pytest.mark.parametrize(("free", "total", "is_fine"), [(2, 30, True), (2, 50, False), (0.5, 4, False)])
def test_a_disk_that_is_nearly_full_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, free: float, total: float, is_fine: bool
) -> None:
    usage = SimpleNamespace(free=int(free * 1024**3), total=int(total * 1024**3))
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)

    finding = examine_disk(tmp_path / "not" / "made" / "yet")

    assert (finding.is_fine, finding.remedy == "") == (is_fine, is_fine)


def test_a_folder_that_others_can_open_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tmp_path.chmod(0o755)

    finding = examine_folder(tmp_path)

    assert (finding.is_fine, "chmod 700" in finding.remedy) == (False, True)


def test_a_clock_ten_minutes_off_is_a_problem() -> None:
    assert not examine_skew("the database's", NOW + timedelta(minutes=10), NOW).is_fine
    assert examine_skew("the database's", NOW - timedelta(seconds=60), NOW).is_fine


def test_a_mail_server_that_refuses_us_is_a_problem_and_the_password_is_not_shown(settings: Settings) -> None:
    with refusing_server(b"554 go away\r\n") as port:
        found = examine_mail(replace(settings, smtp_url=f"smtp://app:Sup3rSecret@127.0.0.1:{port}"))
    away = examine_mail(replace(settings, smtp_url="smtp://127.0.0.1:9"))

    assert (found.is_fine, away.what) == (False, "the mail server 127.0.0.1 cannot be used: nothing listens there")
    assert found.what == "the mail server 127.0.0.1 cannot be used: it refuses our connection (status 554)"
    assert not examine_mail(settings).is_fine  # https without SMTP_URL, and without MAIL_TO_FILES
    assert examine_mail(replace(settings, mail_to_files=True)).is_fine


def test_a_server_without_a_valid_certificate_is_a_problem() -> None:
    with refusing_server(b"HTTP/1.1 400 no TLS here\r\n\r\n") as port:
        found = examine_certificate(f"https://localhost:{port}", NOW)

    assert not found.is_fine
    assert not examine_certificate("https://127.0.0.1:9", NOW).is_fine


@pytest.mark.parametrize(("days", "is_fine"), [(15, True), (13, False)])
def test_a_certificate_that_ends_soon_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, *, days: int, is_fine: bool
) -> None:
    ends = (NOW + timedelta(days=days, hours=1)).strftime("%b %d %H:%M:%S %Y GMT")

    @contextmanager
    def secured(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(getpeercert=lambda: {"notAfter": ends})

    monkeypatch.setattr("socket.create_connection", secured)
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", secured)

    assert examine_certificate("https://support.courier.example", NOW).is_fine is is_fine


def test_an_old_postgresql_is_a_problem() -> None:
    facts = DatabaseFacts("14.9", 140009, "UTF8", "web", NOW, None)

    assert "PostgreSQL 15" in examine_version(facts).remedy
    assert examine_version(replace(facts, version_number=150000)).is_fine
    assert "UTF8" in examine_version(replace(facts, version_number=150000, encoding="LATIN1")).remedy


def test_a_lost_table_is_a_problem_and_named(services: Services, database_address: str) -> None:
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE mail_outbox"))
    owner.dispose()

    found = examine_everything(services)

    assert "tables are missing in the database: mail_outbox" in problems(found)
    assert any("restore the newest backup" in finding.remedy for finding in found)


def test_a_store_of_rate_limits_that_refuses_or_hangs_is_a_problem(settings: Settings) -> None:
    def examined(uri: str) -> SetupFinding:
        return examine_counters(replace(settings, ratelimit_storage_uri=uri))

    with create_server(("127.0.0.1", 0)) as hung:
        assert not examined(f"redis://127.0.0.1:{hung.getsockname()[1]}").is_fine
    refused = examined("valkey://:Sup3rSecret@127.0.0.1:9")

    assert (refused.is_fine, "Sup3rSecret" in refused.what) == (False, False)
    assert examined("memory://").is_fine


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"build": "000000000000"}', "runs build 000000000000"),
        (b"<html>", "something else"),
        (b"{}", "something else"),
        (f'{{"build": "{build_id()}"}}'.encode(), "the service answers at"),
    ],
    ids=["another build", "another site", "another service", "this build"],
)
def test_an_address_that_leads_elsewhere_is_a_problem(body: bytes, words: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    with refusing_server(head + body) as port:
        found = examine_answer(f"http://127.0.0.1:{port}")

    assert words in found.what
    assert found.is_fine == ("answers at" in words)


def test_a_service_that_does_not_run_is_a_problem() -> None:
    assert "does not answer" in examine_answer("http://127.0.0.1:9").what


@pytest.mark.parametrize(
    ("revision", "remedy"),
    [("0011_reconciliation", "Run `migrate`."), ("0999_later", "Another version migrated it")],
)
def test_a_database_of_another_version_is_a_problem_and_ends_the_other_checks(
    services: Services, database_address: str, revision: str, remedy: str
) -> None:
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    owner.dispose()

    findings = examine_everything(services)

    assert any(finding.remedy.startswith(remedy) for finding in findings if not finding.is_fine)
    assert not any("SECRET_KEYS" in finding.what for finding in findings)


def test_secret_keys_of_another_installation_are_a_problem(services: Services) -> None:
    note_keys(replace(services, keys=KeyRing(("another-key-another-key-another-key",))))

    assert any("none of SECRET_KEYS" in what for what in problems(examine_contents(services)))


@pytest.mark.parametrize(
    ("made_hours", "verified_days", "count"), [(25, 34, 0), (27, 34, 1), (25, 36, 1), (None, None, 2)]
)
def test_old_or_missing_backups_are_a_problem_for_real_money(
    settings: Settings, made_hours: int | None, verified_days: int | None, count: int
) -> None:
    made = None if made_hours is None else NOW - timedelta(hours=made_hours)
    verified = None if verified_days is None else NOW - timedelta(days=verified_days)
    live = replace(settings, stripe_api_key="sk_live_of_the_tests")

    assert len(problems(examine_backups(live, LastBackups(made, verified), NOW))) == count
    assert problems(examine_backups(settings, LastBackups(None, None), NOW)) == []


def test_a_database_that_is_away_is_a_finding_and_no_traceback(services: Services, settings: Settings) -> None:
    away = replace(settings, database_url="postgresql://127.0.0.1:9/away")
    found = build_services(away, services.clock)
    findings = examine_everything(found)
    found.close()

    assert any("127.0.0.1" in what for what in problems(findings))


def test_a_key_of_another_stripe_account_is_a_problem(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)
    assert not any("does not have the charge" in what for what in problems(examine_everything(newsroom.services)))
    owner = owner_engine(str(newsroom.services.settings.database_url))
    with owner.begin() as connection:
        connection.execute(text("UPDATE charges SET id = 'ch_of_another_account'"))
    owner.dispose()

    found: list[SetupFinding] = list(examine_everything(newsroom.services))

    assert "this Stripe account does not have the charge ch_of_another_account of the books" in problems(found)


def test_the_bundle_holds_no_secret_and_no_address_of_a_person(
    app: Flask, app_services: Services, tmp_path: Path
) -> None:
    with app_services.engine.begin() as connection:
        add_backup(connection, "keepopen-1", NOW, 1)
    path = tmp_path / "bundle.zip"

    result = app.test_cli_runner().invoke(args=["doctor", "--bundle", str(path)])

    assert path.stat().st_mode & 0o777 == 0o600
    assert "Written without secrets" in result.output
