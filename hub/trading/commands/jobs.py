"""Commands that nobody fetched in time are forgotten."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.commands import service


@jobs.every(second={5, 35})
async def expire_commands(res: Resources) -> None:
    """Keeps the table of pending deliveries as small as it should be."""
    await service.expire(res)
