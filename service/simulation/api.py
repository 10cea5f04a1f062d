"""POST /v1/simulate: decide on every page view of a simulation file."""

from http import HTTPStatus

from flask import Response, request

from service.simulation.file import MAX_SIMULATION_BYTES
from service.simulation.own_process import simulate_in_own_process
from service.tokens.api import requires_role
from service.web.requests import Blueprint, limited_body

blueprint = Blueprint("simulation", __name__, description="What invented readers would be shown")


@blueprint.post("/v1/simulate")
@limited_body(MAX_SIMULATION_BYTES)
@requires_role("editor", "auditor")
@blueprint.response(HTTPStatus.OK, {"type": "object"})
@blueprint.doc(tags=["decisions"])
def simulate() -> Response:
    """Run a simulation file, JSON or YAML. The answer has one decision with its trace per page view."""
    return Response(simulate_in_own_process(request.get_data()), mimetype="application/json")
