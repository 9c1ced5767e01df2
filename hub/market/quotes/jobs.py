"""Quotes are told once a second, and ticks forgotten once an hour."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.market.quotes import service


@jobs.steadily(seconds=1)
async def tell_quotes(res: Resources) -> None:
    """The newest of each symbol, if it has not been told."""
    await service.tell(res)


@jobs.every(minute={17}, second={25})
async def forget_ticks(res: Resources) -> None:
    """Those that were kept for long enough."""
    await service.forget(res)
