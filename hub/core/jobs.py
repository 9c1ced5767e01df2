"""Background jobs: the one door to arq.

A job takes ids and calls a service. It may run twice (a worker can die after its work and before it
says so), so it must not mind. What must not be lost is in PostgreSQL before a job is enqueued. A job
goes on with the trace of what enqueued it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from arq import cron
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Retry, Worker, func

from hub.core import tracing
from hub.core.nursery import stop
from hub.core.redis import Redis

if TYPE_CHECKING:  # resources hold a queue
    from hub.core.resources import Resources

log = structlog.get_logger()

Job = Callable[..., Awaitable[None]]
Queue = ArqRedis

_SECONDS = 60
_FINISH_SECONDS = 10
_LONGEST_WAIT_SECONDS = 300
_REST_SECONDS = 1
"""After an error in steady work."""
_registry: dict[str, Job] = {}
_crons: list[Any] = []
_steady: dict[Job, float] = {}


class Later(Exception):
    """A job cannot do its work now. It is tried again, after twice as long each time; the text says why."""


def job(work: Job) -> Job:
    """Register `async def work(res, ...)` under its name."""
    if work.__name__ in _registry:
        raise ValueError(f"job {work.__name__} is declared twice")
    _registry[work.__name__] = work
    return work


def every(*, second: set[int], minute: set[int] | None = None) -> Callable[[Job], Job]:
    """A job that runs at these seconds of each minute (or of these minutes of each hour), on one worker."""

    def register(work: Job) -> Job:
        job(work)
        name = f"cron:{work.__name__}"
        _crons.append(cron(_wrapped(work), name=name, minute=minute, second=second, timeout=_SECONDS))
        return work

    return register


def steadily(*, seconds: float) -> Callable[[Job], Job]:
    """Work that every worker does all the time, this long after it last ended; an error is logged, and it goes on."""

    def register(work: Job) -> Job:
        _steady[work] = seconds
        return work

    return register


async def _keep_on(work: Job, resources: "Resources", seconds: float) -> None:
    while True:
        try:
            await work(resources)
        except Exception as error:
            log.exception("job.failed", job=work.__name__, error=str(error))
            await asyncio.sleep(_REST_SECONDS)
        await asyncio.sleep(seconds)


def _wrapped(work: Job) -> Any:
    async def run(context: dict[str, Any], *args: Any, traceparent: str | None = None) -> None:
        about = {"messaging.message.id": context["job_id"], "caerus.attempt": context["job_try"]}
        try:
            with tracing.begin(f"job {work.__name__}", traceparent, attributes=about):
                await work(context["resources"], *args)
        except Later as error:
            seconds = min(2 ** (context["job_try"] - 1), _LONGEST_WAIT_SECONDS)
            log.warning("job.later", job=work.__name__, why=str(error), seconds=seconds)
            raise Retry(defer=seconds) from None

    run.__qualname__ = work.__name__
    return run


def queue(redis: Redis) -> Queue:
    """Where jobs are put; it shares the client's connections."""
    return ArqRedis(redis.connection_pool, job_serializer=_dump, job_deserializer=_load)


async def enqueue(to: Queue, work: Job, *args: Any, job_id: str | None = None) -> None:
    """Put a job; the same `job_id` is not put again while it waits."""
    here = tracing.current()
    carried: dict[str, Any] = {"traceparent": here} if here else {}
    await to.enqueue_job(work.__name__, *args, _job_id=job_id, **carried)


async def work(resources: "Resources", redis_url: str) -> None:
    """Work until cancelled; a running job is given time to finish."""
    worker = Worker(
        functions=[func(_wrapped(each), name=name, keep_result=0) for name, each in _registry.items()],
        cron_jobs=_crons,
        redis_settings=RedisSettings.from_dsn(redis_url),
        ctx={"resources": resources},
        job_timeout=_SECONDS,
        keep_result=0,
        max_tries=20,
        job_serializer=_dump,
        job_deserializer=_load,
        handle_signals=False,
        poll_delay=0.2,
    )
    log.info("worker.ready", jobs=sorted(_registry))
    steady = [
        resources.nursery.start(_keep_on(each, resources, seconds), name=each.__name__)
        for each, seconds in _steady.items()
    ]
    running = resources.nursery.start(worker.async_run(), name="worker")
    try:
        await asyncio.wait({running})
        running.result()
    finally:
        await stop(running, *steady)
        await _end(worker)


async def _end(worker: Worker) -> None:
    """No new job begins by now; one that is cut off is run again, and may have done half of its work."""
    try:
        if worker.tasks:
            await asyncio.wait(worker.tasks.values(), timeout=_FINISH_SECONDS)
    finally:
        await worker.close()


def _dump(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def _load(data: bytes) -> Any:
    return msgspec.msgpack.decode(data)
