"""GET /v1/insights/<site>: how often prompts were shown, seen, dismissed and clicked, and what they earned."""

from typing import Any
from zoneinfo import ZoneInfo

from schemas.insight import InsightQuerySchema, InsightSchema
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.earned_store import earned_between
from service.database.transaction import committed
from service.insights.report import DayOfVariant, days_of_variants
from service.insights.store import daily_counts
from service.services import current_services
from service.tokens.api import admit_site, requires_role
from service.web.requests import Blueprint

blueprint = Blueprint("insights", __name__, description="Counts of prompts, and what they earned")


@blueprint.get("/v1/insights/<site>")
@requires_role("editor", "auditor")
@blueprint.arguments(InsightQuerySchema, location="query")
@blueprint.response(200, InsightSchema)
def insights(query: dict[str, Any], site: str) -> dict[str, list[DayOfVariant]]:
    """Return the counts per local day, campaign and variant, at most seconds old and without reader ids."""
    admit_site(site)
    services = current_services()
    known = services.part(SnapshotHolder).current().site(site).site
    days = query["from_on"], query["to_on"]
    with committed(services.engine) as connection:
        counts = daily_counts(connection, known.key, *days)
        earned = earned_between(connection, known.key, ZoneInfo(known.timezone), *days)
    wanted = query["campaign"]
    cells = ((daily.cell, daily.count) for daily in counts if wanted in {None, daily.cell.campaign})
    earned_on = (earned_on_day for earned_on_day in earned if wanted in {None, earned_on_day.campaign})
    return {"counts": days_of_variants(cells, earned_on)}
