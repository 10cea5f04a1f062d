"""The job queue on PostgreSQL: how it is built from the jobs of the rooms, and how a worker runs them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

import procrastinate
import psycopg
import structlog
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from service.clock import system_clock
from service.database.engine import application_conninfo, revive_database
from service.errors import DomainError
from service.services import Services

WORKER_CONCURRENCY = 4
POOL_SIZE = WORKER_CONCURRENCY + 2
HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0  # after this silence a worker counts as dead, and its jobs are given to another worker
RETRY_SECONDS = 0.05
FAILED_JOB_DAYS = 30
POOL_TIMEOUT_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0

log = structlog.get_logger()


class QueueConnector(procrastinate.PsycopgConnector):
    """A connector for jobs that are deferred on the connection of the transaction that causes them.

    When a job defers a job, the library would use the asynchronous pool that the worker has opened. A synchronous
    connector that is never opened only runs the statement on the connection that is passed to it.
    """

    def get_sync_connector(self) -> BaseConnector:
        """Return a connector that is never opened."""
        return procrastinate.SyncPsycopgConnector()


def job_queue(blueprints: dict[str, procrastinate.Blueprint]) -> procrastinate.App:
    """Return a queue with the tasks of every blueprint, named `<namespace>:<task>`.

    A regular job never runs twice at the same time. If what it waits for hangs, it would otherwise take another thread
    of the worker every minute, and no contribution would reach the ledger.

    Call it only once for a blueprint, because it renames the blueprint's tasks.
    """
    queue = procrastinate.App(connector=QueueConnector())
    for namespace, blueprint in blueprints.items():
        queue.add_tasks_from(blueprint, namespace=namespace)
    tidy = queue.task(name="jobs:delete_failed", pass_context=True, queueing_lock="jobs:delete_failed")(delete_failed)
    queue.periodic(cron="51 3 * * *")(tidy)
    for regular in queue.periodic_registry.periodic_tasks.values():
        regular.task.lock = regular.task.lock or regular.task.queueing_lock
    return queue


async def delete_failed(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue passes it
    """Delete the jobs that failed more than FAILED_JOB_DAYS ago, every night. Jobs that succeed are deleted at once."""
    await context.app.job_manager.delete_old_jobs(
        FAILED_JOB_DAYS * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )


def work(services: Services, address: str, *, until_idle: bool) -> None:
    """Run due jobs forever, or until no job is due if `until_idle` is set. Stop cleanly on SIGINT and SIGTERM.

    A worker that runs forever outlives its database: it tries again until the database is back. Otherwise raise
    ConnectorException or psycopg.Error if the database is lost.
    """
    asyncio.run(_work_until_idle(services, address) if until_idle else _work_until_stopped(services, address))


async def _work_until_idle(services: Services, address: str) -> None:
    async with opened_queue(services, address) as queue:
        is_work_left = True
        while is_work_left:
            await _rescue(queue)
            await _run(queue, services, wait=False)
            is_work_left = await _is_job_due(queue)
            if is_work_left:
                await asyncio.sleep(RETRY_SECONDS)


async def _work_until_stopped(services: Services, address: str) -> None:
    stopping = _stop_signal()
    pause_seconds = FIRST_PAUSE_SECONDS
    while not stopping.is_set():
        started_at = monotonic()
        error = await _work_until_lost(services, address, stopping)
        if stopping.is_set():
            return
        if monotonic() - started_at > MAX_PAUSE_SECONDS:
            pause_seconds = FIRST_PAUSE_SECONDS
        error_type = type(error).__name__ if error else None
        log.warning("worker_lost_database", error_type=error_type, retry_seconds=pause_seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause_seconds)
        pause_seconds = min(2 * pause_seconds, MAX_PAUSE_SECONDS)


def _stop_signal() -> asyncio.Event:
    """Return an event that the first SIGINT or SIGTERM sets. The second ends the process at once."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        stopping.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return stopping


async def _work_until_lost(services: Services, address: str, stopping: asyncio.Event) -> BaseException | None:
    """Run jobs until `stopping` is set or the database is lost. Return the error, if the queue names one."""
    try:
        await asyncio.to_thread(revive_database, services.settings)
        async with opened_queue(services, address) as queue:
            await _rescue(queue)
            tasks = {asyncio.create_task(_run(queue, services, wait=True)), asyncio.create_task(stopping.wait())}
            rescue = asyncio.create_task(rescue_forever(queue))
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (rescue, *tasks):
                    task.cancel()  # the queue then waits for the jobs that are running
                ended = await asyncio.gather(*tasks, return_exceptions=True)
        errors = (error for error in ended if isinstance(error, Exception))
        return _cause(next(errors, None))
    except (ConnectorException, psycopg.Error, DomainError) as error:
        return _cause(error)


def _cause(error: BaseException | None) -> BaseException | None:
    """Return the database's own error behind one of the queue."""
    return error.__cause__ or error if error else None


@asynccontextmanager
async def opened_queue(services: Services, address: str) -> AsyncIterator[procrastinate.App]:
    """Yield the queue with connections to the database at `address`. Raise psycopg.Error if it cannot be reached."""
    conninfo = application_conninfo(address)
    await (await psycopg.AsyncConnection.connect(conninfo)).close()  # fails at once, the pool only after half a minute
    connector = QueueConnector(conninfo=conninfo, min_size=1, max_size=POOL_SIZE, timeout=POOL_TIMEOUT_SECONDS)
    with services.jobs.replace_connector(connector) as queue:
        async with queue.open_async():
            yield queue


async def _run(queue: procrastinate.App, services: Services, *, wait: bool) -> None:
    await queue.run_worker_async(
        wait=wait,
        concurrency=WORKER_CONCURRENCY,
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        delete_jobs="successful",
        additional_context={"services": services},
    )


async def rescue_forever(queue: procrastinate.App) -> None:
    """Requeue the jobs of killed workers regularly. An error is logged, and does not end this."""
    while True:
        await asyncio.sleep(STALLED_SECONDS)
        try:
            await _rescue(queue)
        except Exception as error:
            log.warning("stalled_jobs_not_rescued", error_type=type(_cause(error)).__name__)


async def _rescue(queue: procrastinate.App) -> None:
    """Requeue the jobs of workers that were killed. Otherwise their locks would block other jobs forever.

    If a job with the same queueing lock is waiting already, the killed worker's job is deleted instead.
    """
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await queue.job_manager.retry_job(job)
        except UniqueViolation:
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)


async def _is_job_due(queue: procrastinate.App) -> bool:
    """Return whether a job is due. It may have waited for a lock that was released after the worker found no job.

    The system clock is used, because the queue runs on the database's time and not on the application's clock.
    """
    waiting = await queue.job_manager.list_jobs_async(status="todo")
    return any(job.scheduled_at is None or job.scheduled_at <= system_clock() for job in waiting)
