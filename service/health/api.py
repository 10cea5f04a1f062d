"""GET /livez, /readyz, /metrics and /version."""

from contextlib import suppress
from typing import Any

from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from service import __version__
from service.campaigns.snapshot.holder import SnapshotHolder
from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.ledger.invariants.check_store import latest_checks
from service.reconciliation.doctor_store import unworked_counts
from service.services import Services, current_services
from service.stripe_gateway import API_VERSION
from service.web.problems import problem
from service.web.requests import Blueprint

blueprint = Blueprint("health", __name__, description="Probes for operators")


@blueprint.get("/livez")
def livez() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "alive"}


@blueprint.get("/readyz")
def readyz() -> Any:
    """Whether it can decide: campaigns are in memory. Neither Stripe nor the database has to be there for that."""
    services = current_services()
    if not services.part(SnapshotHolder).is_loaded:
        return problem(503, "not_ready", "No campaigns have been loaded yet")
    return {
        "status": "ready",
        "config_age_seconds": round(services.part(SnapshotHolder).age_seconds(services.clock()), 1),
    }


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters in Prometheus' text format."""
    services = current_services()
    if services.part(SnapshotHolder).is_loaded:
        services.metrics.config_age_seconds.set(services.part(SnapshotHolder).age_seconds(services.clock()))
        services.metrics.config_alarms.set(len(services.part(SnapshotHolder).current().alarms))
    _show_what_is_stored(services)
    return Response(services.metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/version")
def version() -> Response:
    """This service's version and the Stripe API version it speaks."""
    return jsonify(service=__version__, stripe_api_version=API_VERSION)


def _show_what_is_stored(services: Services) -> None:
    """The hourly look at the books, and the inbox as it is; what cannot be read stays as it was last known."""
    with suppress(StoreUnavailableError), committed(services.engine) as connection:
        for check in latest_checks(connection):
            services.metrics.ledger_check.labels(str(check.number), check.name).set(check.is_green)
        for state, count in unworked_counts(connection).items():
            services.metrics.events.labels(state).set(count)
