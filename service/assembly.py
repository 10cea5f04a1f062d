"""Builds the job queue and the services from settings: the engines, Stripe, the keys and the parts of each room."""

from functools import partial

import service.campaigns.drafts.jobs
import service.contributions.mail.jobs
import service.exports.jobs
import service.insights.jobs
import service.operations.jobs
import service.readers.jobs
import service.reconciliation.jobs
import service.staff.record_checks.jobs
import service.stripe_events.jobs
from service.campaigns.snapshot.holder import SnapshotHolder, Upkeep
from service.campaigns.snapshot.reporting import Reporter
from service.campaigns.snapshot.saved import SavedSnapshot
from service.clock import Clock
from service.database.engine import application_engine, database_address, inbox_engine, revive_database
from service.decisions.tally import Tally
from service.insights.flusher import Flusher
from service.jobs.queue import job_queue
from service.metrics import Metrics
from service.private_folders import prepare_var_dir
from service.readers.passports.passport import PassportSealer
from service.sealing import KeyRing
from service.services import Services
from service.settings import Settings
from service.stripe_events.event_writer import EventWriter
from service.stripe_events.jobs import refresh_slot
from service.stripe_gateway import StripeGateway
from service.waiting_limits import KEPT_CONNECTIONS

JOBS = job_queue(
    {
        "campaigns": service.campaigns.drafts.jobs.blueprint,
        "contributions": service.contributions.mail.jobs.blueprint,
        "readers": service.readers.jobs.blueprint,
        "exports": service.exports.jobs.blueprint,
        "insights": service.insights.jobs.blueprint,
        "operations": service.operations.jobs.blueprint,
        "reconciliation": service.reconciliation.jobs.blueprint,
        "staff": service.staff.record_checks.jobs.blueprint,
        "stripe_events": service.stripe_events.jobs.blueprint,
    }
)


def build_services(settings: Settings, clock: Clock, *, is_server: bool = False) -> Services:
    """Build the services for these settings. Start the embedded PostgreSQL if they have no database.

    `is_server`: the process answers requests, so it counts in a file that all such processes of the machine share.
    """
    address = database_address(settings, needs_start=not is_server)
    if is_server or settings.smtp_url is None:
        prepare_var_dir(settings.var_dir)
    kept_free = KEPT_CONNECTIONS if is_server else 0
    engine = application_engine(address, kept_free)
    keys = KeyRing(settings.secret_keys)
    metrics = Metrics(settings.var_dir / "metrics" if is_server else None)
    revive = partial(revive_database, settings)
    saved = SavedSnapshot(settings.var_dir / "campaigns.snapshot", keys) if is_server else None
    report = Reporter(engine).report if is_server else lambda _: None
    upkeep = Upkeep(revive=revive, confirmed=metrics.campaigns_confirmed, report=report, saved=saved)
    holder = SnapshotHolder(engine, clock, upkeep)
    inbox = inbox_engine(address, kept_free)
    tally = Tally()
    flusher = Flusher(engine, tally)
    parts = (holder, PassportSealer(keys), tally, flusher, EventWriter(inbox, refresh_slot(JOBS)))
    return Services(
        settings=settings,
        engine=engine,
        inbox=inbox,
        clock=clock,
        gateway=StripeGateway(settings),
        jobs=JOBS,
        metrics=metrics,
        keys=keys,
        parts={type(part): part for part in parts},
    )
