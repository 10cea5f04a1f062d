"""GET /v1/insights/<site>: how often prompts were shown, seen, dismissed and clicked."""

from typing import Any

from schemas.insight import InsightQuerySchema, InsightSchema
from service.insights.report import DayOfVariant, days_of_variants
from service.insights.store import counts_between
from service.requests import Blueprint
from service.services import current_services
from service.tokens.api import requires_role

blueprint = Blueprint("insights", __name__, description="How often prompts were met")


@blueprint.get("/v1/insights/<site>")
@requires_role("editor", "auditor")
@blueprint.arguments(InsightQuerySchema, location="query")
@blueprint.response(200, InsightSchema)
def insights(query: dict[str, Any], site: str) -> dict[str, list[DayOfVariant]]:
    """Per local day, campaign and variant. A count is seconds old at most; nobody is told apart."""
    services = current_services()
    known = services.campaigns.current().site(site).site
    found = counts_between(services.engine, known.key, query["from_on"], query["to_on"])
    wanted = ((one.cell, one.count) for one in found if query["campaign"] in {None, one.cell.campaign})
    return {"counts": days_of_variants(wanted)}
