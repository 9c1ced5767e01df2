"""`GET /api/v1/closures`."""

from hub.core import guards
from hub.core.paging import Page, PageQuery
from hub.core.web import Api, Call
from hub.trading.closing import service
from hub.trading.closing.models import Closure

api = Api("/closures", tag="closures")


@api.get(guard=guards.signed_in)
async def list_closures(call: Call, query: PageQuery) -> Page[Closure]:
    """Positions of yours that had to be closed, newest first: why, and how far it is. Nobody can stop one."""
    return await service.listed(call.res, call.who, query)
