"""`/api/v1/trades`."""

from uuid import UUID

from hub.core import guards
from hub.core.paging import Page
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.trading.trades import service
from hub.trading.trades.models import TradeOut, TradeQuery

api = Api("/trades", tag="trades")


@api.get(guard=guards.signed_in)
async def list_trades(call: Call, query: TradeQuery) -> Page[TradeOut]:
    """Your trades, newest first."""
    return await service.list_trades(call.res, call.who.person, query)


@api.get("/{id}", guard=guards.signed_in, raises=(NotFound,))
async def get_trade(call: Call, id: UUID) -> TradeOut:
    """One of your trades."""
    return await service.get(call.res, call.who.person, id)
