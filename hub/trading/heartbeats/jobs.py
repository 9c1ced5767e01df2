"""Traders are listened for."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.heartbeats import service


@jobs.every(second={0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55})
async def watch_traders(res: Resources) -> None:
    """Every five seconds: the owner is told of who falls silent, and of who is back.

    While this worker was not there, or no Redis, traders may have had nobody to talk to.
    """
    await service.watch(res, jobs.heard_since())
