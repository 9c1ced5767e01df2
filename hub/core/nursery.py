"""The one door to background tasks: each has a name, and none dies unseen."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

import structlog

log = structlog.get_logger()


def told_to_stop() -> bool:
    """Whether this task was cancelled, also when the cancellation was lost on its way."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, and wait until they have ended.

    More than once if need be: on Python 3.11 `asyncio.wait_for`, which the Redis client sends
    through, may lose a cancellation that comes as its work ends.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=1)


class Nursery:
    """Tasks that live as long as their owner; a crash is logged.

    `ended`: names of essential tasks that ended, though their owner is still there. It is not fit to go on.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False
        self.ended: list[str] = []

    def start(
        self, work: Coroutine[Any, Any, Any], *, name: str, essential: bool = False
    ) -> asyncio.Task[Any]:
        """`essential`: it must not end before its owner does."""
        # Not the context of whoever starts it: a batch outlives its first caller and serves others.
        task = asyncio.get_running_loop().create_task(work, name=name, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._done)
        if essential:
            task.add_done_callback(self._missed)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("task.crashed", task=task.get_name(), exc_info=error)

    def _missed(self, task: asyncio.Task[Any]) -> None:
        if not self._closing:
            self.ended.append(task.get_name())
            log.error("task.ended", task=task.get_name())

    async def close(self) -> None:
        """Cancel what still runs, and wait for it."""
        self._closing = True
        while running := [task for task in self._tasks if not task.done()]:
            await stop(*running)
