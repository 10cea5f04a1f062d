"""The job queue on PostgreSQL: which capabilities have jobs, and how a worker works through them."""

import asyncio
from typing import TYPE_CHECKING

import procrastinate
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from service.clock import system_clock
from service.database.engine import application_conninfo

if TYPE_CHECKING:
    from service.services import Services

WORKER_CONCURRENCY = 4
POOL_SIZE = WORKER_CONCURRENCY + 2
HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0  # a worker silent for so long is taken for dead, and its jobs go to another
LOOK_AGAIN_SECONDS = 0.05


class QueueConnector(procrastinate.PsycopgConnector):
    """Jobs are only ever deferred on the connection of the transaction that causes them, also from inside a job.

    The library would use its asynchronous pool for that once a worker has opened it; a synchronous one never opened
    does nothing but run the statement on the connection it is handed.
    """

    def get_sync_connector(self) -> BaseConnector:
        return procrastinate.SyncPsycopgConnector()


def job_queue(blueprints: dict[str, procrastinate.Blueprint]) -> procrastinate.App:
    """A queue with every capability's tasks, named `<capability>:<task>`. Build it once: it renames the tasks."""
    queue = procrastinate.App(connector=QueueConnector())
    for namespace, blueprint in blueprints.items():
        queue.add_tasks_from(blueprint, namespace=namespace)
    return queue


def work(services: "Services", address: str, *, until_idle: bool) -> None:
    """Work through due jobs: for ever, or (`until_idle`) until nothing is due. Stops cleanly on SIGINT and SIGTERM."""
    asyncio.run(_work(services, address, until_idle=until_idle))


async def _work(services: "Services", address: str, *, until_idle: bool) -> None:
    connector = QueueConnector(conninfo=application_conninfo(address), min_size=1, max_size=POOL_SIZE)
    with services.jobs.replace_connector(connector) as queue:
        async with queue.open_async():
            rescue = asyncio.create_task(_rescue_forever(queue))
            try:
                await _run(queue, services, until_idle=until_idle)
            finally:
                rescue.cancel()


async def _run(queue: procrastinate.App, services: "Services", *, until_idle: bool) -> None:
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
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _rescue_forever(queue: procrastinate.App) -> None:
    while True:
        await asyncio.sleep(STALLED_SECONDS)
        await _rescue(queue)


async def _rescue(queue: procrastinate.App) -> None:
    """Give back the jobs of workers that were killed: nobody will end them, and their locks hold others up.

    One that cannot wait again, because another like it is waiting already, is dropped in favour of that one.
    """
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await queue.job_manager.retry_job(job)
        except ConnectorException:
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)


async def _is_job_due(queue: procrastinate.App) -> bool:
    """A job may have waited for the lock of one that was just ending, so an idle worker looks once more.

    The queue runs on the database's time, not on the application's clock.
    """
    waiting = await queue.job_manager.list_jobs_async(status="todo")
    return any(job.scheduled_at is None or job.scheduled_at <= system_clock() for job in waiting)
