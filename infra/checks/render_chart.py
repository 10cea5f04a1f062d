"""Lint and render a Helm chart without a cluster: `python render_chart.py CHART < values.json`.

It prints a JSON object with the messages of the linter (`lint`) and the manifests by file, or the error with exit
status 1. Only the environment of infra/checks/requirements.lock has what it imports.
"""

import json
import sys

from helm_python import Chart, lint


def main(path: str) -> None:
    """Lint and render the chart with the values on standard input."""
    values = json.load(sys.stdin)
    try:
        messages = lint(path, values, strict=True)
        manifests = Chart.load(path).render(values, name="keepopen", namespace="newsroom")
    except Exception as error:
        sys.exit(str(error))
    print(json.dumps({"lint": messages, "manifests": manifests}))


if __name__ == "__main__":
    main(sys.argv[1])
