"""The job queue on PostgreSQL: how it is built from the jobs of the rooms, and how a worker runs them."""

import asyncio

import procrastinate
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from service.clock import system_clock
from service.database.engine import application_conninfo
from service.services import Services

WORKER_CONCURRENCY = 4
POOL_SIZE = WORKER_CONCURRENCY + 2
HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0  # after this silence a worker counts as dead, and its jobs are given to another worker
RETRY_SECONDS = 0.05


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

    Call it only once for a blueprint, because it renames the blueprint's tasks.
    """
    queue = procrastinate.App(connector=QueueConnector())
    for namespace, blueprint in blueprints.items():
        queue.add_tasks_from(blueprint, namespace=namespace)
    return queue


def work(services: Services, address: str, *, until_idle: bool) -> None:
    """Run due jobs forever, or until no job is due if `until_idle` is set. Stop cleanly on SIGINT and SIGTERM."""
    asyncio.run(_work(services, address, until_idle=until_idle))


async def _work(services: Services, address: str, *, until_idle: bool) -> None:
    connector = QueueConnector(conninfo=application_conninfo(address), min_size=1, max_size=POOL_SIZE)
    with services.jobs.replace_connector(connector) as queue:
        async with queue.open_async():
            rescue = asyncio.create_task(_rescue_forever(queue))
            try:
                await _run(queue, services, until_idle=until_idle)
            finally:
                rescue.cancel()


async def _run(queue: procrastinate.App, services: Services, *, until_idle: bool) -> None:
    is_work_left = True
    while is_work_left:
        await _rescue(queue)
        await queue.run_worker_async(
            wait=not until_idle,
            concurrency=WORKER_CONCURRENCY,
            install_signal_handlers=not until_idle,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            delete_jobs="successful",
            additional_context={"services": services},
        )
        is_work_left = until_idle and await _is_job_due(queue)
        if is_work_left:
            await asyncio.sleep(RETRY_SECONDS)


async def _rescue_forever(queue: procrastinate.App) -> None:
    while True:
        await asyncio.sleep(STALLED_SECONDS)
        await _rescue(queue)


async def _rescue(queue: procrastinate.App) -> None:
    """Requeue the jobs of workers that were killed. Otherwise their locks would block other jobs forever.

    If a job with the same queueing lock is waiting already, the killed worker's job is deleted instead.
    """
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await queue.job_manager.retry_job(job)
        except ConnectorException:
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)


async def _is_job_due(queue: procrastinate.App) -> bool:
    """Return whether a job is due. It may have waited for a lock that was released after the worker found no job.

    The system clock is used, because the queue runs on the database's time and not on the application's clock.
    """
    waiting = await queue.job_manager.list_jobs_async(status="todo")
    return any(job.scheduled_at is None or job.scheduled_at <= system_clock() for job in waiting)
