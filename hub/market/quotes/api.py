"""`GET /api/v1/quotes`."""

from hub.core import guards
from hub.core.web import Api, Call
from hub.market.quotes import service
from hub.market.quotes.models import QuoteQuery, Quotes

api = Api("/quotes", tag="quotes")


@api.get(guard=guards.signed_in)
async def list_quotes(call: Call, query: QuoteQuery) -> Quotes:
    """The newest quote of a symbol, or of each, from the terminals of the house, with its age and spread."""
    return await service.newest(call.res, query)
