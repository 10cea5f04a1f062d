"""`flask doctor --page`, and what it says where something is missing on the machine."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from service.campaigns.documents import write_document
from service.services import Services
from service.widget.install.check import check_page, expected_of
from service.widget.install.expected import Expected
from service.widget.install.finding import Code
from service.widget.install.observer import BrowserMissingError, find_observer
from service.widget.install.sight import Sight
from tests.browser.stub import serving
from tests.campaigns.documents import site_document
from tests.widget.install.pages import DATA, PLACE, SCRIPT, SERVICE, advised, serious

DOCS = Path(__file__).parents[3] / "docs"


def publisher(html: str) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/story", "story", lambda: html)
    return app


def without_browser(_: str) -> Sight:
    raise BrowserMissingError("no Chromium was found")


def test_the_doctor_looks_at_a_page_in_words_and_with_a_status(app: Flask, tmp_path: Path) -> None:
    runner = FlaskCliRunner(app)
    with serving(publisher(DATA + SCRIPT.replace('"courier"', '"curier"') + PLACE)) as url:
        (tmp_path / "site.yaml").write_text(write_document(site_document(origins=[url])))
        runner.invoke(args=["sites", "apply", str(tmp_path / "site.yaml")])

        result = runner.invoke(args=["doctor", "--page", f"{url}/story", "--no-browser"])

    assert result.exit_code == 1
    assert "PROBLEM  data-site is 'curier', and there is no such site [wrong_site]" in result.output
    assert "This page's origin belongs to 'courier'." in result.output
    assert "ok       the widget script is there, once\n" in result.output


def test_a_page_that_cannot_be_read_is_the_only_finding() -> None:
    found = check_page("https://10.0.0.1/", Expected(SERVICE), None)

    assert serious(found) == [Code.PAGE_UNREACHABLE]
    assert len(found) == 1


def test_without_a_browser_the_text_is_still_looked_at_and_the_reason_said() -> None:
    with serving(publisher(DATA + PLACE)) as url:
        found = check_page(f"{url}/story", Expected(SERVICE), without_browser)

    assert Code.SCRIPT_MISSING in serious(found)
    assert Code.NO_BROWSER in advised(found)
    assert any(finding.what.startswith("no Chromium was found; ") for finding in found)


def test_playwright_is_found_where_it_is_installed() -> None:
    assert find_observer() is not None


def test_silenced_sites_are_those_switched_off_by_anyone(services: Services) -> None:
    settings = replace(services.settings, widget_off=("courier",))

    assert expected_of(settings, None).origins is None
    assert expected_of(settings, None).silenced == {"courier"}


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.LOOKS_RIGHT])
def test_every_code_is_described(code: Code) -> None:
    assert f"`{code}`" in (DOCS / "embed.md").read_text(encoding="utf-8")
