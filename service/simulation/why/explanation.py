"""Explain why a reader is asked on a page view or not: the trace of every campaign in words, and the next 30 days.

Every answer comes from the code that decides for real readers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from msgspec import structs

from service.campaigns.campaign import Campaign
from service.decisions.compile import CompiledSite
from service.decisions.decision import Access, AccessState
from service.readers.reader import Reader
from service.readers.site_time import SiteTime, as_datetime, in_utc, site_time_at
from service.simulation.simulate import SimulatedView, simulate_on
from service.simulation.simulation import Simulation, StartReader, ViewStep
from service.simulation.start_reader import reader_at_start
from service.simulation.why.trace_words import CampaignWords, campaign_words, headline

DAYS = 30


@dataclass(frozen=True, slots=True)
class Question:
    """A page view and its reader. `carried`: the history from the reader's own browser, instead of a described one."""

    view: ViewStep
    reader: StartReader
    carried: Reader | None = None


@dataclass(frozen=True, slots=True)
class DayAhead:
    """What the reader would be shown on a day with one article, closing nothing. `shown`: names of campaigns."""

    on: date
    shown: tuple[str, ...]
    is_gated: bool


@dataclass(frozen=True, slots=True)
class DecisionInWords:
    """Why a reader is asked or not.

    `now`: the time of the page view. `reader`: the history before it. `days`: this day and the 29 after it.
    """

    now: SiteTime
    reader: Reader
    sentence: str
    campaigns: tuple[CampaignWords, ...]
    access: Access
    shown: tuple[str, ...]
    article_count: int
    days: tuple[DayAhead, ...]

    @property
    def local_time(self) -> datetime:
        """The time of the page view on the site's clock."""
        return as_datetime(self.now.instant).astimezone(self.now.zone)


def explain(site: CompiledSite, question: Question) -> DecisionInWords:
    """Decide on the page view with its trace, and on an article like it on each of the next days."""
    campaigns = {found.campaign.key: found.campaign for found in (*site.gates, *site.appeals)}
    reader = question.carried
    if reader is None:
        first = _simulation(site, question, (question.view,))
        reader = reader_at_start(first, site, in_utc(question.view.at, site.zone))
    view = next(_decided(site, question, (question.view,), explains=True))
    now = site_time_at(view.at, site.zone)
    words = tuple(campaign_words(trace, campaigns[trace.campaign], site.site, now) for trace in view.decision.traces)
    return DecisionInWords(
        now,
        reader,
        headline(words, view.decision.access, now),
        words,
        view.decision.access,
        tuple(prompt.shown.campaign for prompt in view.prompts),
        view.article_count,
        tuple(_day(day, campaigns) for day in _decided(site, question, _daily(question.view, site), explains=False)),
    )


def _decided(
    site: CompiledSite, question: Question, views: tuple[ViewStep, ...], *, explains: bool
) -> Iterator[SimulatedView]:
    return simulate_on(site, _simulation(site, question, views), carried=question.carried, explains=explains)


def _simulation(site: CompiledSite, question: Question, views: tuple[ViewStep, ...]) -> Simulation:
    return Simulation(site.site, (), views, question.reader, sees_prompts=True)


def _daily(first: ViewStep, site: CompiledSite) -> tuple[ViewStep, ...]:
    """Return the view, and an article like it at the local time of the view on each of the next days."""
    at = in_utc(first.at, site.zone).astimezone(site.zone).replace(tzinfo=None)
    return (first, *(_like(first, number, at + timedelta(days=number)) for number in range(1, DAYS)))


def _like(first: ViewStep, number: int, at: datetime) -> ViewStep:
    """Return a view of another article with equal facts, at a time on the site's clock."""
    page = structs.replace(first.view.page, page_id=f"{first.view.page.page_id}?day={number}")
    view = structs.replace(first.view, view_id=f"{first.view.view_id}-{number}", page=page)
    return replace(first, at=at, view=view)


def _day(view: SimulatedView, campaigns: Mapping[str, Campaign]) -> DayAhead:
    shown = tuple(campaigns[prompt.shown.campaign].name for prompt in view.prompts)
    return DayAhead(view.local_at.date(), shown, view.decision.access.state is AccessState.GATED)
