"""The gateways' terminals are looked through six times a minute, whether somebody asks or not."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.positions import service


@jobs.every(second=set(range(4, 60, 10)))
async def look_through_gateways(res: Resources) -> None:
    """What each connected terminal shows of its verified account is stored and told."""
    await service.look_at_all(res)
