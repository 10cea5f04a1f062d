"""`flask simulate` and `flask campaigns replay`."""

import json
from pathlib import Path

from click.testing import CliRunner
from flask import Flask

from service.services import Services
from service.simulation.cli import simulate as simulate_command
from tests.decisions.world import publish_autumn


def test_the_command_prints_a_line_per_view_and_names_the_line_of_a_mistake(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text('campaigns: [{key: a}]\nsteps:\n  - {at: "2026-11-18 10:00", view: {}}\n')
    bad.write_text('campaigns: [{key: a}]\nsteps:\n  - {at: "2026-11-18 10:00", veiw: {}}\n')

    done = CliRunner().invoke(simulate_command, [str(good)])
    failed = CliRunner().invoke(simulate_command, [str(bad)])
    missing = CliRunner().invoke(simulate_command, [str(tmp_path / "none")])

    assert (done.exit_code, json.loads(done.output)["shown"]) == (0, ["a"])
    assert failed.exit_code == missing.exit_code == 1
    assert "veiw: is not a field here; did you mean view? (line 3)" in failed.output


def test_the_command_reads_standard_input_as_it_reads_a_file(tmp_path: Path) -> None:
    text = 'campaigns: [{key: a}]\nsteps:\n  - {at: "2026-11-18 10:00", view: {page_id: é}}\n'
    (tmp_path / "good.yaml").write_text(text, encoding="utf-8")

    done = CliRunner().invoke(simulate_command, ["-"], input=text)
    failed = CliRunner().invoke(simulate_command, ["-"], input=text.replace("view", "veiw"))
    too_large = CliRunner().invoke(simulate_command, ["-"], input=b" " * (2 * 1024 * 1024 + 1))

    assert (done.exit_code, json.loads(done.output)["shown"]) == (0, ["a"])
    assert done.output == CliRunner().invoke(simulate_command, [str(tmp_path / "good.yaml")]).output
    assert (failed.exit_code, "-: steps 1, veiw: is not a field here" in failed.output) == (1, True)
    assert too_large.exit_code == 1


def test_replay_prints_how_many_decisions_a_draft_would_change(
    app: Flask, app_services: Services, tmp_path: Path
) -> None:
    publish_autumn(app_services)
    draft, views = tmp_path / "draft.yaml", tmp_path / "views.jsonl"
    words = "{en: {heading: Give, button: Give}}"
    draft.write_text(
        f"key: autumn\nsite: tide\nkind: epic\nplacement: article_top\nvariants: [{{key: control, copy: {words}}}]\n"
    )
    views.write_text('{"steps": [{"at": "2026-11-18 10:00", "view": {}}]}\n' * 4)

    replayed = app.test_cli_runner().invoke(args=["campaigns", "replay", "--views", str(views), str(draft)])

    assert "4 of 4 decisions would change (100.0%)" in replayed.output
