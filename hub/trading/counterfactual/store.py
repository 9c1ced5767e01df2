"""Queries of counterfactuals."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.market.candles.models import Candle
from hub.trading.counterfactual.models import Missed

sql = Sql("counterfactual")


async def missed(db: Runs, user_id: UUID, since: datetime, until: datetime, n: int) -> list[Missed]:
    """The newest first."""
    return await sql.many(db, Missed, "missed_signals", user_id=user_id, since=since, until=until, n=n)


async def bars_since(db: Runs, symbol: str, timeframe: str, since: datetime, n: int) -> list[Candle]:
    return await sql.many(db, Candle, "bars_since", symbol=symbol, timeframe=timeframe, since=since, n=n)
