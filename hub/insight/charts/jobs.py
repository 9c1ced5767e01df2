"""Pictures are not kept for ever."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.insight.charts import service


@jobs.every(minute={11, 26, 41, 56}, second={50})
async def prune_pictures(_: Resources) -> None:
    """On the worker's machine; a hub on another one prunes its own folder as it writes."""
    await service.prune()
