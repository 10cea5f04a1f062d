"""Count decisions and prompt events: as metrics for operators, and per variant and day for editors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import structlog

from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.decide_view import Answer
from service.decisions.prompt_events import RecordedEvent
from service.decisions.tally import Cell, Counted, Tally
from service.errors import NotReadyError
from service.metrics import Metrics
from service.readers.impressions import PromptEvent
from service.services import Services

log = structlog.get_logger()


def count_decision(metrics: Metrics, tally: Tally, site: str, answer: Answer, seconds: float) -> None:
    """Count an answer. If deciding failed, log the error: the reader notices nothing, so an operator must."""
    if answer.fault is not None:
        log.error("decision_failed", site=site, exc_info=answer.fault)
        metrics.fail_open.add("fault")
    metrics.count_decision(site, "fault" if answer.fault else "prompt" if answer.prompts else "silence", seconds)
    if answer.explains:
        return
    tally.add_view(site, answer.day, answer.minute // 60, tuple([prompt.shown for prompt in answer.prompts]))


def count_failed_decision(services: Services, site: str, seconds: float) -> None:
    """Count a page view that could not be answered at all. The error itself is logged where it is rendered."""
    services.metrics.count_decision(site, "fault", seconds)
    services.metrics.fail_open.add("fault")


@contextmanager
def unready_counted(services: Services) -> Iterator[None]:
    """Count a page view that gets no decision because the campaigns are not loaded yet."""
    try:
        yield
    except NotReadyError:
        services.metrics.fail_open.add("not_ready")
        raise


def count_event(services: Services, recorded: RecordedEvent, event: PromptEvent) -> None:
    """Count what a reader did with a prompt, unless it was reported before."""
    if recorded.counts_as is None:
        return
    token = recorded.token
    services.metrics.prompt_events.add(token.site, event.value)
    day = _today(services, token.site)
    counted = Counted(event.value)
    cell = Cell(token.site, token.prompt.campaign, token.prompt.variant, day, token.prompt.is_counted, counted)
    services.part(Tally).add_report(recorded.counts_as, cell)


def _today(services: Services, site: str) -> date:
    return services.clock().astimezone(services.part(SnapshotHolder).current().site(site).zone).date()
