"""The months to come have their partitions in time."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.research.decisions import service


@jobs.every(minute={7}, second={20})
async def make_decision_partitions(res: Resources) -> None:
    """Hourly, though once a month would do: a worker that was down has weeks to catch up."""
    await service.make_partitions(res)
