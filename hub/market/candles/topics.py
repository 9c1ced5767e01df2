"""`candles:{symbol}`."""

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.market.candles.models import ClosedCandle


@topic("candles:{symbol}", event=ClosedCandle)
async def candles(who: Principal, symbol: str) -> bool:
    """Closed candles of a symbol, for anybody signed in."""
    return who.kind == "user"
