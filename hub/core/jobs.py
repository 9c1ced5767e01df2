"""Background jobs: the one door to arq.

A job takes ids and calls a service. It may run twice (a worker can die after its work and before it
says so), so it must not mind. What must not be lost is in PostgreSQL before a job is enqueued. A job
goes on with the trace of what enqueued it.

arq's worker ends when Redis fails, and cannot be used again: it has lost count of what it runs. So there is a
new one for each time that Redis is there; jobs of the old one run on beside it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from arq import cron
from arq.connections import ArqRedis
from arq.cron import CronJob
from arq.worker import Retry, Worker, func
from caerus_client.retry import RetryPolicy

from hub.core import clock, tracing
from hub.core.nursery import stop
from hub.core.ops import Standing
from hub.core.problems import Unavailable
from hub.core.redis import AWAY, Redis, RedisError, open_redis

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
_CONNECTIONS = 32
_LOST = (RedisError, OSError)
_AGAIN = RetryPolicy(delay=0.25, cap=5)
_registry: dict[str, Job] = {}
_crons: list["_Cron"] = []
_steady: dict[Job, float] = {}


class _Heard:
    """Since when this process could hear what it is told through Redis and hubs."""

    since = clock.now()


def heard_since() -> datetime:
    """When this process began, or when Redis was back last: what was not heard before could not be heard."""
    return _Heard.since


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
        name, run = f"cron:{work.__name__}", _wrapped(work, again=False)
        _crons.append(_Cron(**vars(cron(run, name=name, minute=minute, second=second, timeout=_SECONDS))))
        return work

    return register


class _Cron(CronJob):
    """A cron entry. When there was no Redis, one that has its turn each minute goes on with its next one: nobody could
    be heard meanwhile, and need not be judged at once. A rarer one makes up for what it missed, by one run.
    """

    _put: datetime | None = None

    def calculate_next(self, prev_run: datetime) -> None:
        self._put = self.next_run
        super().calculate_next(max(prev_run, clock.now().astimezone(prev_run.tzinfo)))

    def resume(self, lost: datetime) -> None:
        """Redis, lost then, is back. What may have been waiting or running at that time is run again."""
        if self.minute is None:
            self.next_run = None
        elif self._put and self._put > lost - timedelta(seconds=_SECONDS):
            self.next_run = self._put


def steadily(*, seconds: float) -> Callable[[Job], Job]:
    """Work that every worker does all the time, this long after it last ended; an error is logged, and it goes on."""

    def register(work: Job) -> Job:
        _steady[work] = seconds
        return work

    return register


async def _keep_on(work: Job, resources: "Resources", seconds: float) -> None:
    failures = 0
    while True:
        try:
            await work(resources)
            failures = 0
        except Exception as error:
            failures += 1
            await asyncio.sleep(_rest(work, error, failures))
        await asyncio.sleep(seconds)


def _rest(work: Job, error: Exception, failures: int) -> float:
    """Seconds to wait after an error in steady work, which is logged."""
    if not _is_away(error):
        log.exception("job.failed", job=work.__name__, error=str(error))
        return _REST_SECONDS
    pause = _AGAIN.pause(failures)
    log.warning("job.away", job=work.__name__, why=str(error), seconds=round(pause, 3))
    return pause


def _is_away(error: BaseException) -> bool:
    """Whether it says that Redis is not there: no fault of a job."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_away(each) for each in error.exceptions)
    return isinstance(error, (*AWAY, Unavailable))


def _wrapped(work: Job, *, again: bool = True) -> Any:
    """`again`: whether it is tried again when something it needs is away; a cron entry has its next time."""

    async def run(context: dict[str, Any], *args: Any, traceparent: str | None = None) -> None:
        about = {"messaging.message.id": context["job_id"], "caerus.attempt": context["job_try"]}
        try:
            with tracing.begin(f"job {work.__name__}", traceparent, attributes=about):
                await work(context["resources"], *args)
        except Exception as error:
            if not (isinstance(error, Later) or _is_away(error)):
                raise
            seconds = min(2 ** (context["job_try"] - 1), _LONGEST_WAIT_SECONDS) if again else None
            log.warning("job.later", job=work.__name__, why=str(error), seconds=seconds)
            if again:
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


async def work(resources: "Resources", redis_url: str, standing: Standing | None = None) -> None:
    """Work until cancelled, whatever becomes of Redis; a running job is given time to finish.

    `standing` is told when there is no Redis.
    """
    pool = queue(open_redis(redis_url, connections=_CONNECTIONS))
    working = _Working(resources, pool, standing or Standing())
    log.info("worker.ready", jobs=sorted(_registry))
    steady = [
        resources.nursery.start(_keep_on(each, resources, seconds), name=each.__name__)
        for each, seconds in _steady.items()
    ]
    try:
        await working.run()
    finally:
        await stop(*steady)
        await working.end()
        await pool.aclose(close_connection_pool=True)


class _Working:
    """One arq worker after the other: a new one when Redis is back. `pool` is for all of them."""

    def __init__(self, resources: "Resources", pool: Queue, standing: Standing) -> None:
        self._resources, self._pool, self._standing = resources, pool, standing
        self._worker = self._new()
        self._left: set[asyncio.Task[Any]] = set()
        self._failures = 0
        self._lost: datetime | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            session = self._resources.nursery.start(self._session(), name="worker")
            try:
                await asyncio.wait({session})
            finally:
                await stop(session)
            await asyncio.sleep(self._failed(session.result()))
            self._worker = self._new()

    def _new(self) -> Worker:
        return Worker(
            functions=[func(_wrapped(each), name=name, keep_result=0) for name, each in _registry.items()],
            cron_jobs=_crons,
            redis_pool=self._pool,
            on_startup=self._begun,
            ctx={"resources": self._resources},
            job_timeout=_SECONDS,
            keep_result=0,
            max_tries=20,
            job_serializer=_dump,
            job_deserializer=_load,
            handle_signals=False,
            poll_delay=0.2,
        )

    async def _session(self) -> Exception:
        """What ended it."""
        try:
            await self._worker.async_run()
        except _LOST as error:
            return error
        raise AssertionError("a worker ends by an error alone")

    async def _begun(self, ctx: dict[Any, Any]) -> None:
        """Redis answers."""
        if self._lost:
            _Heard.since = clock.now()
            log.info("worker.back", away_seconds=(_Heard.since - self._lost).total_seconds())
            for each in _crons:
                each.resume(self._lost)
        self._failures, self._lost, self._standing.lacks = 0, None, ""

    def _failed(self, error: Exception) -> float:
        """How long to wait until the next try (s). What runs goes on, and cannot say so: it may be run again."""
        self._leave()
        self._failures, self._lost = self._failures + 1, self._lost or clock.now()
        self._standing.lacks = f"Redis cannot be used ({type(error).__name__})."
        pause = _AGAIN.pause(self._failures)
        log.warning("worker.lost", error=str(error), kind=type(error).__name__, seconds=round(pause, 3))
        return pause

    def _leave(self) -> None:
        for task in self._worker.tasks.values():
            self._left.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, _LOST):
            log.error("job.crashed", exc_info=error)

    async def end(self) -> None:
        """No new job begins by now; one that is cut off is run again, and may have done half of its work."""
        self._leave()
        running = set(self._left)
        try:
            if running:
                await asyncio.wait(running, timeout=_FINISH_SECONDS)
        finally:
            await stop(*running)
            self._worker.tasks.clear()
            with suppress(*_LOST):
                await self._worker.close()


def _dump(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def _load(data: bytes) -> Any:
    return msgspec.msgpack.decode(data)
