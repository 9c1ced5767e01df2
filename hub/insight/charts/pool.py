"""Drawing happens in a process of its own: the event loop and its threads never wait for matplotlib.

One process draws for the hub that started it, one picture at a time, and ends when that one ends, however
it does.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

from hub.core.problems import Unavailable
from hub.insight.charts.models import Chart

WAITING = 16
"""So many may wait; more would be answered too late to matter."""


class Pool:
    """Starts its process with the first picture, and again when it was killed."""

    def __init__(self) -> None:
        self._executor: ProcessPoolExecutor | None = None
        self._waiting = 0

    async def png(self, chart: Chart) -> bytes:
        """`Unavailable` when too many wait, or when the process died meanwhile."""
        if self._waiting >= WAITING:
            raise Unavailable("Too many charts are being drawn at this moment. Try again in a second.")
        self._waiting += 1
        executor = self._started()
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, _draw, chart)
        except BrokenProcessPool:
            if self._executor is executor:
                self.close()
            raise Unavailable("The chart could not be drawn. Try again in a second.") from None
        finally:
            self._waiting -= 1

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(1, context, _begin)
        return self._executor

    def close(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None


def _begin() -> None:
    """Whoever stops the hub stops us through it, and not by the terminal's Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(0)


def _draw(chart: Chart) -> bytes:
    from hub.insight.charts import render  # matplotlib is loaded here alone

    return render.png(chart)
