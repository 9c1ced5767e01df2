"""Reconciliation, every 10 seconds."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.reconciliation import service


@jobs.every(second=set(range(0, 60, 10)))
async def reconcile_accounts(res: Resources) -> None:
    """Every account with news, in batches until none is left."""
    while await service.reconcile(res):
        pass
