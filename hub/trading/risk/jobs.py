"""The guards look at every account twice a minute, and at markets six times (PR-023)."""

from hub.core import clock, jobs
from hub.core.resources import Resources
from hub.trading.risk import guard, sweep


@jobs.every(second={10, 40})
async def sweep_accounts(res: Resources) -> None:
    """For what no look brings: silence, and limits that changed."""
    await sweep.sweep(res)


@jobs.every(second=set(range(9, 60, 10)))
async def guard_markets(res: Resources) -> None:
    """Six times a minute, as gateways are looked through; off unless `MARKET_GUARD_CLOSES`."""
    await guard.guard(res, clock.now())
