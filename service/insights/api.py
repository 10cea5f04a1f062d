"""GET /v1/insights/<site>: how often prompts were shown, seen, dismissed and clicked, and what they brought in."""

from typing import Any
from zoneinfo import ZoneInfo

from schemas.insight import InsightQuerySchema, InsightSchema
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.earned_store import earned_between
from service.database.transaction import committed
from service.insights.report import DayOfVariant, days_of_variants
from service.insights.store import daily_counts
from service.services import current_services
from service.tokens.api import requires_role
from service.web.requests import Blueprint

blueprint = Blueprint("insights", __name__, description="How often prompts were met")


@blueprint.get("/v1/insights/<site>")
@requires_role("editor", "auditor")
@blueprint.arguments(InsightQuerySchema, location="query")
@blueprint.response(200, InsightSchema)
def insights(query: dict[str, Any], site: str) -> dict[str, list[DayOfVariant]]:
    """Per local day, campaign and variant. A count is seconds old at most; nobody is told apart."""
    services = current_services()
    known = services.part(SnapshotHolder).current().site(site).site
    days = query["from_on"], query["to_on"]
    with committed(services.engine) as connection:
        counts = daily_counts(connection, known.key, *days)
        earned = earned_between(connection, known.key, ZoneInfo(known.timezone), *days)
    asked = query["campaign"]
    met = ((one.cell, one.count) for one in counts if asked in {None, one.cell.campaign})
    return {"counts": days_of_variants(met, (one for one in earned if asked in {None, one.campaign}))}
