"""The gateways' terminals are looked through six times a minute, whether somebody asks or not."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.positions import service


@jobs.every(second=set(range(14, 60, 10)))
async def look_through_gateways(res: Resources) -> None:
    """What each connected terminal shows of its verified account is stored and told."""
    await service.look_at_all(res)


@jobs.every(second={4})
async def look_for_deals(res: Resources) -> None:
    """The same once a minute with the deals, whether or not anything has changed: a broker may book one late."""
    await service.look_at_all(res, "deals")
