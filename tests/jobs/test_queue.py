"""A job exists if and only if the change that causes it is committed, and a worker runs every job that is due."""

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import procrastinate
import pytest
from sqlalchemy import Connection, Engine, Result, text
from structlog.testing import capture_logs

from service.database.engine import owner_engine
from service.jobs.queue import delete_failed, job_queue, opened_queue, rescue_forever, work
from service.services import Services

blueprint = procrastinate.Blueprint()


@blueprint.task(name="count_down", pass_context=True)
def count_down(context: procrastinate.JobContext, *, left: int) -> None:
    services = context.additional_context["services"]
    services.done.append(left)
    if left:
        with services.engine.begin() as connection:
            defer(services.jobs, connection, left - 1)


@blueprint.periodic(cron="0 0 29 2 *")
@blueprint.task(name="regularly", pass_context=True, queueing_lock="test:regularly")
async def regularly(context: procrastinate.JobContext, timestamp: int) -> None:
    """Take long enough for every other job that may start."""
    done = context.additional_context["services"].done
    done.append(timestamp)
    await asyncio.sleep(0.2)
    done.append(-timestamp)


QUEUE = job_queue({"test": blueprint})


@dataclass(frozen=True)
class JobServices:
    """The attributes of Services that these jobs use."""

    engine: Engine
    jobs: procrastinate.App
    done: list[int]


@pytest.fixture
def job_services(engine: Engine) -> JobServices:
    return JobServices(engine, QUEUE, [])


def defer(queue: procrastinate.App, connection: Connection, left: int) -> None:
    driver = connection.connection.driver_connection
    queue.configure_task("test:count_down", allow_unknown=False, lock="one", connection=driver).defer(left=left)


def drain(services: JobServices, database_address: str) -> None:
    work(cast("Services", services), database_address, until_idle=True)


def test_the_job_of_a_committed_change_is_run(job_services: JobServices, database_address: str) -> None:
    with job_services.engine.begin() as connection:
        defer(job_services.jobs, connection, 0)

    drain(job_services, database_address)

    assert job_services.done == [0]


def test_a_change_that_is_rolled_back_leaves_no_job(job_services: JobServices, database_address: str) -> None:
    with job_services.engine.connect() as connection:
        defer(job_services.jobs, connection, 0)
        connection.rollback()

    drain(job_services, database_address)

    assert job_services.done == []


def test_jobs_that_defer_jobs_with_the_same_lock_are_all_run(job_services: JobServices, database_address: str) -> None:
    with job_services.engine.begin() as connection:
        defer(job_services.jobs, connection, 5)

    drain(job_services, database_address)

    assert job_services.done == [5, 4, 3, 2, 1, 0]
    with job_services.engine.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM procrastinate_jobs"))
        assert left.scalar_one() == 0


def test_a_regular_job_that_hangs_takes_no_second_thread(job_services: JobServices, database_address: str) -> None:
    """The job of the next minute waits, also if the queue took it because the first one has already begun."""
    for minute in (1, 2):
        with job_services.engine.begin() as connection:
            driver = connection.connection.driver_connection
            lock = f"test:{minute}"
            task = QUEUE.configure_task("test:regularly", allow_unknown=False, connection=driver, queueing_lock=lock)
            task.defer(timestamp=minute)

    drain(job_services, database_address)

    assert job_services.done == [1, -1, 2, -2]


def test_the_job_of_a_killed_worker_is_run_by_another(job_services: JobServices, database_address: str) -> None:
    with job_services.engine.begin() as connection:
        defer(job_services.jobs, connection, 1)
        worker = connection.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")
        ).scalar_one()
        connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"), {"worker": worker}
        )
        defer(job_services.jobs, connection, 0)  # waits for the lock that the killed worker's job still holds

    drain(job_services, database_address)

    assert sorted(job_services.done) == [0, 0, 1]


def test_an_error_does_not_end_the_rescue_of_jobs_of_killed_workers(
    job_services: JobServices, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = owner_engine(database_address)
    monkeypatch.setattr("service.jobs.queue.STALLED_SECONDS", 0.05)

    def execute(statement: str) -> Result[Any]:
        with owner.begin() as connection:
            return connection.execute(text(statement))

    async def rescue_after_an_error() -> list[str]:
        async with opened_queue(cast("Services", job_services), database_address) as queue:
            with capture_logs() as logs:
                rescue = asyncio.create_task(rescue_forever(queue))
                while not logs:
                    await asyncio.sleep(0.01)
                execute("ALTER TABLE renamed RENAME TO procrastinate_jobs")
                while list(execute("SELECT 1 FROM procrastinate_jobs WHERE status <> 'todo'")):
                    await asyncio.sleep(0.01)
                rescue.cancel()
        return [line["event"] for line in logs]

    with job_services.engine.begin() as connection:
        defer(job_services.jobs, connection, 0)
    execute("UPDATE procrastinate_jobs SET status = 'doing'")
    execute("ALTER TABLE procrastinate_jobs RENAME TO renamed")

    events = asyncio.run(asyncio.wait_for(rescue_after_an_error(), 60))

    assert set(events) == {"stalled_jobs_not_rescued"}
    owner.dispose()


@pytest.mark.parametrize(("age_days", "count"), [(29, 1), (31, 0)])
def test_failed_jobs_are_deleted_after_a_month(
    job_services: JobServices, database_address: str, age_days: int, count: int
) -> None:
    with job_services.engine.begin() as connection:
        defer(job_services.jobs, connection, 0)
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
        connection.execute(text(f"UPDATE procrastinate_events SET at = now() - interval '{age_days} days'"))
    owner.dispose()

    async def tidy() -> None:
        async with opened_queue(cast("Services", job_services), database_address) as queue:
            await delete_failed(cast("Any", SimpleNamespace(app=queue)), 0)

    asyncio.run(tidy())

    with job_services.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == count
