"""What commands that are processes share: settings that are checked, an event loop, an ops port."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from typing import Any

import structlog

from hub.core import log, tracing
from hub.core.ops import Standing, ops
from hub.core.settings import Settings


def checked(*, rooms: bool = True) -> Settings:
    """The settings of core and rooms; logs go out as they say."""
    settings = Settings()
    if rooms:
        from hub.rooms import SETTINGS

        for kind in SETTINGS:
            kind()
    log.setup(settings.app.log_level)
    structlog.get_logger().debug("settings", **settings.summary())
    return settings


def new_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where there is one: not on Windows."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run(
    settings: Settings, process: str, work: Coroutine[Any, Any, None], standing: Standing | None = None
) -> None:
    """Run it, traced, with the process's ops port; SIGTERM ends it as Ctrl-C does. `standing`: what `/ready` says."""
    with (
        tracing.started(settings, process),
        asyncio.Runner(loop_factory=new_loop()) as runner,
        suppress(asyncio.CancelledError),
    ):
        runner.run(_until_told(settings, process, work, standing))


async def _until_told(
    settings: Settings, process: str, work: Coroutine[Any, Any, None], standing: Standing | None
) -> None:
    if task := asyncio.current_task():
        with suppress(NotImplementedError):  # Windows ends a process without asking
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with closing(work):
        async with ops(settings.serve, process, standing=standing):
            await work
