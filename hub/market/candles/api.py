"""`GET /api/v1/candles`."""

from hub.core import guards
from hub.core.web import Api, Call
from hub.market.candles import service
from hub.market.candles.models import CandleQuery, Candles

api = Api("/candles", tag="candles")


@api.get(guard=guards.signed_in)
async def list_candles(call: Call, query: CandleQuery) -> Candles:
    """The newest closed candles of a symbol, oldest first."""
    return await service.newest(call.res, query)
