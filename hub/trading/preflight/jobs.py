"""Certificates lapse by themselves."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.preflight import service


@jobs.every(second={20})
async def lapse_certificates(res: Resources) -> None:
    """Once a minute, in batches until none is left; who trades meanwhile is refused by the clock."""
    while await service.lapse(res):
        pass
