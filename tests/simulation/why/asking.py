"""Ask why, about a reader of an article, with defaults for everything that a test does not name."""

from datetime import datetime
from typing import Any

from service.campaigns.campaign import Campaign
from service.campaigns.site import Site
from service.decisions.situation import Page
from service.decisions.view import ViewRequest
from service.readers.reader import Reader
from service.simulation.simulation import PromptTimes, StartReader, ViewStep
from service.simulation.why.explanation import DecisionInWords, Question, explain
from tests.decisions import make

NOW = datetime(2026, 11, 18, 10, 30)  # noqa: DTZ001 on the site's clock


def asked(
    *campaigns: Campaign,
    site: Site | None = None,
    page: Page | None = None,
    at: datetime = NOW,
    carried: Reader | None = None,
    **reader: Any,
) -> DecisionInWords:
    """Answer why a reader with these facts is shown what on an article."""
    view = ViewStep(at, ViewRequest("tide", "why", page or make.page()))
    return explain(make.compiled(*campaigns, site=site), Question(view, StartReader(**reader), carried))


def seen(campaign: str, *days: int, hour: int = 9) -> PromptTimes:
    """Return impressions, or dismissals, on days of November."""
    return PromptTimes(campaign, tuple(datetime(2026, 11, day, hour) for day in days))  # noqa: DTZ001
