"""How the widget's files are served."""

import gzip
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api

from service.services import EXTENSION
from service.widget.api import blueprint
from service.widget.assets import assets


@pytest.fixture
def client() -> FlaskClient:
    return client_of("")


def client_of(site: str) -> FlaskClient:
    """A client of the widget's files where `site` is switched off."""
    app = Flask(__name__)
    app.config.update(API_TITLE="widget", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.extensions[EXTENSION] = SimpleNamespace(settings=SimpleNamespace(widget_off=(site,) if site else ()))
    Api(app).register_blueprint(blueprint)
    return app.test_client()


def test_the_loader_is_silent_on_a_site_that_is_switched_off() -> None:
    assert "/^(courier)$/" in client_of("courier").get("/v1/widget.js").text
    assert "/^/" in client_of("*").get("/v1/widget.js").text
    assert "/(?!)/" in client_of("").get("/v1/widget.js").text


def test_the_loader_is_fresh_for_five_minutes_and_survives_a_day_of_errors(client: FlaskClient) -> None:
    response = client.get("/v1/widget.js")

    assert response.status_code == 200
    assert response.content_type == "text/javascript; charset=utf-8"
    assert response.cache_control.max_age == 300
    assert "stale-if-error=86400" in response.headers["Cache-Control"]


def test_a_module_never_changes_under_its_address(client: FlaskClient) -> None:
    response = client.get(f"/v1/widget/{assets().version}/modules/prompts.js")

    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("tag", "language"), [("ga", "ga"), ("fr-CA", "fr"), ("AR", "ar"), ("en_IE", "en"), ("it", "en"), ("", "en")]
)
def test_the_words_of_any_language_tag_are_the_nearest_there_are(client: FlaskClient, tag: str, language: str) -> None:
    response = client.get(f"/v1/widget/{assets().version}/locales/{tag}.js")

    assert response.data == assets().files[f"locales/{language}.js"].body


@pytest.mark.parametrize(
    "path",
    ["000000000000/modules/prompts.js", "{version}/modules/none.js", "{version}/assets.py", "{version}/../api.py"],
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get("/v1/widget/" + path.format(version=assets().version)).status_code == 404


def test_a_browser_that_takes_gzip_gets_it(client: FlaskClient) -> None:
    response = client.get("/v1/widget.js", headers={"Accept-Encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == assets().files["loader.js"].body
    assert "Accept-Encoding" in response.vary


def test_an_unchanged_loader_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/v1/widget.js").headers["ETag"]

    assert client.get("/v1/widget.js", headers={"If-None-Match": etag}).status_code == 304


def test_integrity_values_of_the_release_are_published(client: FlaskClient) -> None:
    published = client.get("/v1/widget/integrity.json").get_json()

    assert published["version"] == assets().version
    assert published["files"]["modules/prompts.js"] == assets().files["modules/prompts.js"].integrity
