"""Terminals are listened for."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.devices import service


@jobs.every(second={5, 20, 35, 50})
async def watch_devices(res: Resources) -> None:
    """Owners are told of a terminal that is not heard any more. While there was no Redis, hubs turned them all away."""
    while await service.watch(res, jobs.heard_since()):
        pass
