"""`/api/v1/closures`."""

from hub.core import guards
from hub.core.paging import Page, PageQuery
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.trading.closing import service
from hub.trading.closing.models import Begun, CloseIn, Closure

api = Api("/closures", tag="closures")


@api.get(guard=guards.signed_in)
async def list_closures(call: Call, query: PageQuery) -> Page[Closure]:
    """Positions of yours that had to be closed, newest first: why, and how far it is. Nobody can stop one."""
    return await service.listed(call.res, call.who, query)


@api.post(guard=guards.people("owner", fresh=True), raises=(NotFound,))
async def close_account(call: Call, body: CloseIn) -> Begun:
    """Close every open position of an account, now and without a warning."""
    return Begun(await service.close_by_owner(call.res, call.who, body, call.visitor))
