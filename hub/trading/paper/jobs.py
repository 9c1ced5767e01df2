"""Paper portfolios move with the market."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.paper import service


@jobs.every(second=set(range(0, 60, 5)))
async def advance_paper(res: Resources) -> None:
    """Every five seconds, in batches until every portfolio has seen the newest candles."""
    while await service.advance(res):
        pass
