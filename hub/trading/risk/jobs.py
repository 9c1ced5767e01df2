"""The guards look at every account twice a minute (PR-023)."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.risk import sweep


@jobs.every(second={10, 40})
async def sweep_accounts(res: Resources) -> None:
    """For what no look brings: silence, and limits that changed."""
    await sweep.sweep(res)
