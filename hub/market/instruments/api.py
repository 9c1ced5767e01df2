"""`GET /api/v1/instruments`."""

from hub.core import guards
from hub.core.web import Api, Call
from hub.market.instruments import service
from hub.market.instruments.models import Instruments

api = Api("/instruments", tag="instruments")


@api.get(guard=guards.signed_in)
async def list_instruments(call: Call) -> Instruments:
    """What the house trades, and how its prices and its points are counted."""
    return service.listed()
