"""The commands read files, print what is wrong, and end with an exit status that a script can rely on."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from service.campaigns.documents import read_document, write_document
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.switch_store import Switch, SwitchScope, pauses_in_force
from service.services import Services
from tests.campaigns.make import campaign_document, site_document

DEMO = Path(__file__).parents[2] / "infra" / "demo_site"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a site file, and a campaign file in a folder of its own."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "site.yaml").write_text(write_document(site_document()))
    (tmp_path / "campaigns" / "autumn.yaml").write_text(write_document(campaign_document()))
    return tmp_path


def run(runner: FlaskCliRunner, *arguments: object) -> tuple[int, str]:
    result = runner.invoke(args=[str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_lint_only_advises_about_the_addresses_of_the_demo_newspaper(runner: FlaskCliRunner) -> None:
    status, output = run(runner, "campaigns", "lint", DEMO / "campaigns", "--site", DEMO / "site.yaml")

    assert status == 0
    assert {line.rpartition("[")[2] for line in output.splitlines()[:-1]} == {"development_origin]", "privacy]"}


def test_a_folder_goes_live_in_two_commands(runner: FlaskCliRunner, folder: Path, services: Services) -> None:
    first = run(runner, "sites", "apply", folder / "site.yaml")
    second = run(runner, "campaigns", "apply", "--publish", folder / "campaigns")

    assert first == (0, "site courier: version 1 in force\n")
    assert second == (0, "campaign autumn: version 1, version 1 in force\n")
    services.part(SnapshotHolder).refresh()
    assert services.part(SnapshotHolder).current().site("courier").campaigns[0].key == "autumn"


def test_applying_twice_changes_nothing(runner: FlaskCliRunner, folder: Path) -> None:
    run(runner, "sites", "apply", folder / "site.yaml")
    run(runner, "campaigns", "apply", folder / "campaigns")

    assert run(runner, "campaigns", "apply", folder / "campaigns") == (0, "campaign autumn: version 1, not published\n")
    assert run(runner, "sites", "apply", folder / "site.yaml") == (0, "site courier: version 1 in force\n")


def test_lint_and_replay_read_standard_input(runner: FlaskCliRunner, folder: Path, services: Services) -> None:
    campaign, site = folder / "campaigns" / "autumn.yaml", folder / "site.yaml"
    run(runner, "sites", "apply", site)
    services.part(SnapshotHolder).refresh()
    views = '{"steps": [{"at": "2026-11-18 10:00", "view": {}}]}'

    linted = runner.invoke(args=["campaigns", "lint", "-", "--site", str(site)], input=campaign.read_text())
    replayed = runner.invoke(args=["campaigns", "replay", "--views", "-", str(campaign)], input=views)

    assert (linted.exit_code, "Campaigns read: 1." in linted.output) == (0, True)
    assert (replayed.exit_code, "1 of 1 decisions would change" in replayed.output) == (0, True)


def test_lint_names_a_campaign_that_can_never_be_shown_and_fails(runner: FlaskCliRunner, folder: Path) -> None:
    (folder / "campaigns" / "zero.yaml").write_text(write_document(campaign_document(key="zero", share=0)))

    status, output = run(runner, "campaigns", "lint", folder / "campaigns", folder / "site.yaml")

    assert status == 1
    assert "problem  campaign zero: share is 0, so no reader ever sees it [never_shown]" in output


def test_lint_names_file_field_and_line(runner: FlaskCliRunner, folder: Path) -> None:
    path = folder / "campaigns" / "autumn.yaml"
    path.write_text(path.read_text() + "prority: 1\n")

    status, output = run(runner, "campaigns", "lint", path, "--site", folder / "site.yaml")

    assert status == 1
    assert f"problem  {path}: prority: is not a field here; did you mean priority? (line " in output


def test_lint_uses_the_stored_site(runner: FlaskCliRunner, folder: Path) -> None:
    without = run(runner, "campaigns", "lint", folder / "campaigns")
    run(runner, "sites", "apply", folder / "site.yaml")

    assert without[0] == 1
    assert "is not stored and not among the files" in without[1]
    assert run(runner, "campaigns", "lint", folder / "campaigns") == (0, "Campaigns read: 1. No problems found.\n")


def test_an_error_in_a_file_stops_apply_with_its_name(runner: FlaskCliRunner, folder: Path) -> None:
    broken = folder / "site.yaml"
    broken.write_text("key: [")

    status, output = run(runner, "sites", "apply", broken)

    assert status == 1
    assert output.startswith(f"Error: {broken}: the document cannot be read")


def test_the_output_of_show_can_be_applied_again(runner: FlaskCliRunner, folder: Path) -> None:
    run(runner, "sites", "apply", folder / "site.yaml")
    run(runner, "campaigns", "apply", folder / "campaigns")

    status, output = run(runner, "campaigns", "show", "autumn")

    assert status == 0
    assert read_document(output).content == campaign_document()
    assert run(runner, "sites", "show", "courier")[0] == 0
    assert run(runner, "campaigns", "show", "nothing") == (1, "Error: nothing: there is no campaign nothing\n")


def test_publish_accepts_a_version_and_an_instant(runner: FlaskCliRunner, folder: Path) -> None:
    run(runner, "sites", "apply", folder / "site.yaml")
    run(runner, "campaigns", "apply", folder / "campaigns")

    later = run(runner, "campaigns", "publish", "autumn", "--at", "2026-12-01T06:00:00+00:00")
    now = run(runner, "campaigns", "publish", "autumn", "--version", 1)

    assert later == (0, "campaign autumn: version none in force; version 1 from 2026-12-01 06:00:00+00:00\n")
    assert now == (0, "campaign autumn: version 1 in force\n")
    assert run(runner, "campaigns", "publish", "autumn", "--version", 9)[0] == 1


@pytest.mark.parametrize("where", [(), ("--site", "courier"), ("--campaign", "autumn")])
def test_one_command_starts_a_pause_and_one_ends_it(
    runner: FlaskCliRunner, folder: Path, where: tuple[str, ...]
) -> None:
    run(runner, "sites", "apply", folder / "site.yaml")
    run(runner, "campaigns", "apply", folder / "campaigns")

    assert run(runner, "campaigns", "pause", *where, "--note", "a sad day") == (0, "Paused.\n")
    assert run(runner, "campaigns", "pause", *where, "--off") == (0, "Ended.\n")


def test_a_pause_can_end_by_itself_and_keep_the_gates(runner: FlaskCliRunner, folder: Path, services: Services) -> None:
    run(runner, "sites", "apply", folder / "site.yaml")

    until = ("--until", "2026-12-01T06:00:00+00:00")
    assert run(runner, "campaigns", "pause", "--site", "courier", *until, "--keep-gates") == (0, "Paused.\n")

    with services.engine.connect() as connection:
        pause = pauses_in_force(connection, services.clock())[Switch(SwitchScope.SITE, "courier")]
    assert (pause.ends_at, pause.opens_gates) == (datetime(2026, 12, 1, 6, tzinfo=UTC), False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--until", "2026-11-18T10:00:00+00:00"), "not in the future"),
        (("--campaign", "autumn", "--keep-gates"), "only a pause of all asks"),
    ],
)
def test_a_pause_that_cannot_be_meant_is_refused_in_words(
    runner: FlaskCliRunner, folder: Path, options: tuple[str, ...], words: str
) -> None:
    run(runner, "sites", "apply", folder / "site.yaml")
    run(runner, "campaigns", "apply", folder / "campaigns")

    status, printed = run(runner, "campaigns", "pause", *options)

    assert status == 1
    assert words in printed


def test_lint_needs_no_settings_if_the_site_is_among_the_files(folder: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "campaigns", "lint", str(folder / "campaigns")]
    nothing = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    here = Path(__file__).parents[2]

    def lint(*more: object) -> tuple[int, str]:
        done = subprocess.run(
            [*command, *map(str, more)], cwd=here, env=nothing, check=False, capture_output=True, text=True
        )
        return done.returncode, done.stdout

    assert lint("--site", folder / "site.yaml") == (0, "Campaigns read: 1. No problems found.\n")
    assert lint()[0] == 1


def test_comments_of_a_file_are_kept(runner: FlaskCliRunner, tmp_path: Path) -> None:
    site, campaign = tmp_path / "site.yaml", tmp_path / "autumn.yaml"
    site.write_text(write_document(site_document()))
    campaign.write_text("# Why we ask\n" + write_document(campaign_document()))
    runner.invoke(args=["sites", "apply", str(site)])

    runner.invoke(args=["campaigns", "apply", str(campaign)])
    again = runner.invoke(args=["campaigns", "apply", str(campaign)])
    shown = runner.invoke(args=["campaigns", "show", "autumn"])

    assert "campaign autumn: version 1" in again.output
    assert "# Why we ask\nkey: autumn\n" in shown.output
