"""`flask doctor --page`, and its answer if the machine or the page lacks something."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from service.campaigns.documents import write_document
from service.widget.install.browser.find import find_browser
from service.widget.install.browser.visit import BrowserMissingError, BrowserVisit
from service.widget.install.check import check_page
from service.widget.install.expected import Expected
from service.widget.install.finding import Code
from service.widget.install.page_argument import RequestedPage
from tests.browser.stub import serving
from tests.campaigns.make import site_document
from tests.widget.install.pages import DATA, PLACE, SCRIPT, SERVICE, advices, problems

DOCS = Path(__file__).parents[3] / "docs"


def publisher(html: str) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/story", "story", lambda: html)
    return app


def without_browser(_: str) -> BrowserVisit:
    raise BrowserMissingError("no Chromium was found")


def test_the_doctor_reports_pages_as_text_and_as_json_with_a_status(app: Flask, tmp_path: Path) -> None:
    runner = FlaskCliRunner(app)
    with serving(publisher(DATA + SCRIPT.replace('"courier"', '"curier"') + PLACE)) as url:
        (tmp_path / "site.yaml").write_text(write_document(site_document(origins=[url])))
        runner.invoke(args=["sites", "apply", str(tmp_path / "site.yaml")])
        pages = ["--page", f"{url}/story", "--page", f"section={url}/story", "--no-browser"]

        text = runner.invoke(args=["doctor", *pages])
        document = runner.invoke(args=["doctor", *pages, "--json"])

    assert (text.exit_code, document.exit_code) == (1, 1)
    assert f"{url}/story (expected: section)\n" in text.output
    assert "  would send: page_type article, from JSON-LD of type NewsArticle\n" in text.output
    assert "  not found: access, is_sensitive, is_paid_content, hide_appeals\n" in text.output
    assert "PROBLEM  data-site is 'curier', and there is no such site [wrong_site]" in text.output
    assert "         This page's origin belongs to 'courier'.\n" in text.output
    assert "ok       the widget script is in the page, once\n" in text.output
    first, second = json.loads(document.output)
    assert {"name": "section", "value": "News", "origin": "structured_data", "from": "JSON-LD articleSection"} in first[
        "facts"
    ]
    assert (first["expected_type"], second["expected_type"]) == (None, "section")
    assert "type_unexpected" in [finding["code"] for finding in second["findings"]]


def test_an_unknown_page_type_is_a_usage_error(app: Flask) -> None:
    result = FlaskCliRunner(app).invoke(args=["doctor", "--page", "artikel=https://courier.example/"])

    assert result.exit_code == 2
    assert "there is no page type 'artikel'" in result.output


def test_a_page_that_cannot_be_read_is_the_only_finding() -> None:
    report = check_page(RequestedPage("https://10.0.0.1/"), Expected(SERVICE), None)

    assert problems(report.findings) == [Code.PAGE_UNREACHABLE]
    assert (len(report.findings), report.has_problem, report.facts) == (1, True, None)


def test_without_a_browser_the_served_page_is_checked_and_the_reason_given() -> None:
    with serving(publisher(DATA + PLACE)) as url:
        report = check_page(RequestedPage(f"{url}/story"), Expected(SERVICE), without_browser)

    assert Code.SCRIPT_MISSING in problems(report.findings)
    assert Code.NO_BROWSER in advices(report.findings)
    assert any(finding.what.startswith("no Chromium was found; ") for finding in report.findings)


def test_playwright_is_found_if_it_is_installed() -> None:
    assert find_browser() is not None


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.LOOKS_RIGHT])
def test_every_code_is_described(code: Code) -> None:
    assert f"`{code}`" in (DOCS / "embed.md").read_text(encoding="utf-8")
