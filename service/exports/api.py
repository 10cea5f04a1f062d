"""GET /v1/exports/<name>.csv and .json: files for finance, streamed, and their manifests."""

from typing import Any

from flask import Response, jsonify

from schemas.export import ExportQuerySchema, export_request
from service.errors import NotFoundError
from service.exports.export import ExportName
from service.exports.exporting import Asker, Exports, open_export
from service.exports.manifest import manifest_document
from service.exports.stream import ExportStream
from service.requests import Blueprint
from service.services import current_services
from service.tokens.api import current_token, requires_role
from service.tokens.store import Role

CSV_TYPE = "text/csv; charset=utf-8; header=present"

blueprint = Blueprint("exports", __name__, url_prefix="/v1/exports", description="Files for finance")


class UnknownExportError(NotFoundError):
    """No file has this name."""

    code = "unknown_export"


@blueprint.get("/<name>.csv")
@requires_role("finance", "auditor", "editor")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@blueprint.arguments(ExportQuerySchema, location="query")
def export_file(query: dict[str, Any], name: str) -> Response:
    """Stream a file. Days are local and both included; `as_of` repeats an earlier file byte for byte."""
    stream = _open(name, query, "csv")
    response = Response(stream, content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{stream.file_name}"'
    response.headers["Keepopen-As-Of"] = str(stream.as_of)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<name>.json")
@requires_role("finance", "auditor", "editor")
@blueprint.response(200, {"type": "object"})
@blueprint.arguments(ExportQuerySchema, location="query")
def export_manifest(query: dict[str, Any], name: str) -> Response:
    """Describe the file that the same query gives as CSV: rows, sums per currency, SHA-256, and its `as_of`."""
    stream = _open(name, query, "json")
    try:
        response = jsonify(manifest_document(stream.manifest()))
    finally:
        stream.close()
    response.headers["Cache-Control"] = "no-store"
    return response


def _open(name: str, query: dict[str, Any], file_format: str) -> ExportStream:
    if name not in set(ExportName):
        raise UnknownExportError("no export has this name")
    services, token = current_services(), current_token()
    asker = Asker(
        name=f"{token.token_id} ({token.name})",
        may_export=token.role in {Role.FINANCE, Role.AUDITOR, Role.ADMIN},
        may_see_personal_data=token.role in {Role.FINANCE, Role.ADMIN},
    )
    exports = Exports(services.engine, services.settings, services.clock)
    return open_export(exports, asker, export_request(ExportName(name), query), file_format)
