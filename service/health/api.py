"""GET /livez, /readyz, /metrics and /version."""

import hmac
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service import __version__
from service.addresses import is_public
from service.campaigns.snapshot.holder import SnapshotHolder
from service.errors import ForbiddenError
from service.health.gauges import stored_gauges
from service.metrics import exposition
from service.operations.build import build_id
from service.services import current_services
from service.stripe_gateway import API_VERSION
from service.web.problems import problem
from service.web.requests import Blueprint

# A proxy adds one of these to every request that it passes on.
FORWARDED_HEADERS = frozenset(
    {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via"}
)

blueprint = Blueprint("health", __name__, description="Probes for operators")


@blueprint.get("/livez")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "object"})
def livez() -> dict[str, str]:
    """Answer, to show that the process is alive."""
    return {"status": "alive"}


@blueprint.get("/readyz")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "object"})
def readyz() -> Any:
    """Answer 200 if this process can decide: campaigns are in memory. Stripe and the database need not be reachable."""
    services = current_services()
    holder = services.part(SnapshotHolder)
    if not holder.is_loaded:
        return problem(503, "not_ready", "No campaigns have been loaded yet; try again in a moment")
    return {"status": "ready", "config_age_seconds": round(holder.age_seconds(services.clock()), 1)}


@blueprint.get("/metrics")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "string"}, content_type="text/plain")
def metrics() -> Response:
    """Return all metrics in Prometheus' text format, to operators only."""
    services = current_services()
    _admit_operator(services.settings.metrics_token)
    counted = services.metrics.families(services.clock().timestamp())
    return Response(exposition([*counted, *stored_gauges(services)]), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/version")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "object"})
def version() -> Response:
    """Return the version and the build of this service, and the Stripe API version that it uses."""
    return jsonify(service=__version__, build=build_id(), stripe_api_version=API_VERSION)


def _admit_operator(token: str | None) -> None:
    """Raise Unauthorized unless the request has METRICS_TOKEN as bearer token.

    Without that setting, raise ForbiddenError unless the request came directly, from a network that is not public.
    """
    header = request.authorization
    if token is not None:
        offered = header.token if header is not None and header.type == "bearer" else None
        if not hmac.compare_digest((offered or "").encode(), token.encode()):
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "metrics"}))
    elif FORWARDED_HEADERS & {name.lower() for name, _ in request.headers} or is_public(request.remote_addr or ""):
        raise ForbiddenError("metrics are for operators: ask from your own network, or set METRICS_TOKEN")
