"""GET /livez, /readyz, /metrics and /version."""

from contextlib import suppress
from math import inf
from typing import Any

from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from service import __version__
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.mail.outbox_store import mail_counts
from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.jobs.worker_store import worker_silence
from service.ledger.invariants.check_store import latest_checks
from service.services import Services, current_services
from service.stripe_events.backlog_store import unfinished_counts
from service.stripe_gateway import API_VERSION
from service.web.problems import problem
from service.web.requests import Blueprint

blueprint = Blueprint("health", __name__, description="Probes for operators")


@blueprint.get("/livez")
def livez() -> dict[str, str]:
    """Answer, to show that the process is alive."""
    return {"status": "alive"}


@blueprint.get("/readyz")
def readyz() -> Any:
    """Answer 200 if this process can decide: campaigns are in memory. Stripe and the database need not be reachable."""
    services = current_services()
    holder = services.part(SnapshotHolder)
    if not holder.is_loaded:
        return problem(503, "not_ready", "No campaigns have been loaded yet; try again in a moment")
    return {"status": "ready", "config_age_seconds": round(holder.age_seconds(services.clock()), 1)}


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return all metrics in Prometheus' text format."""
    services = current_services()
    holder = services.part(SnapshotHolder)
    if holder.is_loaded:
        services.metrics.config_age_seconds.set(holder.age_seconds(services.clock()))
        services.metrics.config_alarms.set(len(holder.current().alarms))
    _read_stored_metrics(services)
    return Response(services.metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/version")
def version() -> Response:
    """Return the version of this service and the Stripe API version that it uses."""
    return jsonify(service=__version__, stripe_api_version=API_VERSION)


def _read_stored_metrics(services: Services) -> None:
    """Set the metrics that come from the database: the last hourly check, the inbox, workers and mail.

    If the database cannot be read, these metrics keep their last values.
    """
    with suppress(StoreUnavailableError), committed(services.engine) as connection:
        for check in latest_checks(connection):
            services.metrics.ledger_check.labels(str(check.number), check.name).set(check.is_green)
        for state, count in unfinished_counts(connection).items():
            services.metrics.events.labels(state).set(count)
        silence = worker_silence(connection)
        services.metrics.worker_seen_seconds.set(silence.total_seconds() if silence else inf)
        for state, count in mail_counts(connection).items():
            services.metrics.mail.labels(state).set(count)
