"""Background jobs: the one door to arq.

A job takes ids and calls a service. It may run twice (a worker can die after its work and before it
says so), so it must not mind. What must not be lost is in PostgreSQL before a job is enqueued. A job
goes on with the trace of what enqueued it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from arq import cron
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func

from hub.core import tracing
from hub.core.resources import Resources

log = structlog.get_logger()

Job = Callable[..., Awaitable[None]]

_SECONDS = 60
_registry: dict[str, Job] = {}
_crons: list[Any] = []


def job(work: Job) -> Job:
    """Register `async def work(res, ...)` under its name."""
    if work.__name__ in _registry:
        raise ValueError(f"job {work.__name__} is declared twice")
    _registry[work.__name__] = work
    return work


def every(*, second: set[int]) -> Callable[[Job], Job]:
    """A job that runs at these seconds of each minute, on one worker."""

    def register(work: Job) -> Job:
        job(work)
        _crons.append(cron(_wrapped(work), name=f"cron:{work.__name__}", second=second, timeout=_SECONDS))
        return work

    return register


def _wrapped(work: Job) -> Any:
    async def run(context: dict[str, Any], *args: Any, traceparent: str | None = None) -> None:
        about = {"messaging.message.id": context["job_id"], "caerus.attempt": context["job_try"]}
        with tracing.begin(f"job {work.__name__}", traceparent, attributes=about):
            await work(context["resources"], *args)

    run.__qualname__ = work.__name__
    return run


async def queue(redis_url: str) -> ArqRedis:
    """Where jobs are put."""
    return await create_pool(RedisSettings.from_dsn(redis_url), job_serializer=_dump, job_deserializer=_load)


async def enqueue(to: ArqRedis, work: Job, *args: Any, job_id: str | None = None) -> None:
    """Put a job; the same `job_id` is not put again while it waits."""
    here = tracing.current()
    carried: dict[str, Any] = {"traceparent": here} if here else {}
    await to.enqueue_job(work.__name__, *args, _job_id=job_id, **carried)


async def work(resources: Resources, redis_url: str) -> None:
    """Work until cancelled; a running job is given time to finish."""
    worker = Worker(
        functions=[func(_wrapped(each), name=name, keep_result=0) for name, each in _registry.items()],
        cron_jobs=_crons,
        redis_settings=RedisSettings.from_dsn(redis_url),
        ctx={"resources": resources},
        job_timeout=_SECONDS,
        job_completion_wait=10,
        keep_result=0,
        max_tries=20,
        job_serializer=_dump,
        job_deserializer=_load,
        handle_signals=False,
        poll_delay=0.2,
    )
    log.info("worker.ready", jobs=sorted(_registry))
    try:
        await worker.async_run()
    finally:
        await worker.close()


def _dump(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def _load(data: bytes) -> Any:
    return msgspec.msgpack.decode(data)
