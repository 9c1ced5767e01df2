"""Signals end by themselves."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.signals import service


@jobs.every(second=set(range(0, 60, 10)))
async def expire_signals(res: Resources) -> None:
    """Expired signals leave the open list, in batches until none is left."""
    while await service.expire(res):
        pass
