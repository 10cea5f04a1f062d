"""The widget's files over HTTP: an evergreen loader, and modules that never change under their address."""

from http import HTTPStatus

from flask import Response, abort, jsonify, request

from service.services import current_services
from service.web.requests import Blueprint
from service.widget.assets import Asset, assets

blueprint = Blueprint("widget", __name__, url_prefix="/v1", description="What runs in the reader's browser")

EVERGREEN = "public, max-age=300, stale-while-revalidate=300, stale-if-error=86400"
CONTENT_TYPE = "text/javascript; charset=utf-8"
IMMUTABLE = "public, max-age=31536000, immutable"


@blueprint.get("/widget.js")
@blueprint.alt_response(HTTPStatus.OK, description="JavaScript", content_type="text/javascript")
def loader() -> Response:
    """The script a page embeds; always the newest. It does nothing on sites that are switched off."""
    return _file(assets().loader(current_services().settings.widget_off), EVERGREEN)


@blueprint.get("/widget/integrity.json")
@blueprint.alt_response(HTTPStatus.OK, description="`version`, and `files` with a value each")
def integrity() -> Response:
    """The current version's files with their Subresource Integrity values."""
    current = assets()
    values = {name: asset.integrity for name, asset in sorted(current.files.items())}
    response = jsonify(version=current.version, files=values)
    response.headers["Cache-Control"] = EVERGREEN
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/widget/<version>/<path:name>")
@blueprint.alt_response(HTTPStatus.OK, description="JavaScript", content_type="text/javascript")
def module(version: str, name: str) -> Response:
    """One file of this version; any other version is 404, so that what is cached for ever is never mixed."""
    asset = assets().file(name) if version == assets().version else None
    return _file(asset, IMMUTABLE) if asset else abort(HTTPStatus.NOT_FOUND)


def _file(asset: Asset, cache_control: str) -> Response:
    is_gzip = request.accept_encodings.quality("gzip") > 0
    response = Response(asset.gzipped if is_gzip else asset.body, content_type=CONTENT_TYPE)
    if is_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(asset.etag + ("-gz" if is_gzip else ""))
    response.headers["Cache-Control"] = cache_control
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Timing-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response
