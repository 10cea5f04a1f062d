"""`flask campaigns preview`."""

from flask import Flask

from service.services import Services
from tests.decisions.world import publish_autumn


def test_the_preview_command_prints_what_to_append_to_an_address(app: Flask, app_services: Services) -> None:
    publish_autumn(app_services)
    run = app.test_cli_runner().invoke

    link = run(args=["campaigns", "preview", "tide", "autumn"])
    missing = run(args=["campaigns", "preview", "tide", "none"])

    assert (link.exit_code, "keepopen_preview=" in link.output) == (0, True)
    assert (missing.exit_code, "no such campaign" in missing.output) == (1, True)
