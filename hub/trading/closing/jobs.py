"""Closures go on by themselves."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.closing import service


@jobs.every(second=set(range(60)))
async def advance_closures(res: Resources) -> None:
    """Every second; more than a handful at once, in batches until none is due."""
    while await service.advance(res):
        pass
