"""Closures go on by themselves."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.closing import service


@jobs.steadily(seconds=0.1)
async def advance_closures(res: Resources) -> None:
    """Ten times a second, and without a pause while some are due: a terminal is told at the end of a warning."""
    while await service.advance(res):
        pass
