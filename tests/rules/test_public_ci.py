"""The project's public continuous integration runs .ci/run and nothing else."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_the_workflow_checks_out_and_runs_our_script() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()

    assert [step.get("uses", step.get("run", "")).split("@")[0] for step in job["steps"]] == [
        "apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates git",
        "actions/checkout",
        "bash .ci/run",
    ]
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow[True]  # YAML reads the key `on` as true
