"""`GET /api/v1/reconciliation/{user_id}`."""

from uuid import UUID

from hub.core import guards
from hub.core.paging import Page, PageQuery
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.trading.reconciliation import service
from hub.trading.reconciliation.models import Logged

api = Api("/reconciliation", tag="reconciliation")


@api.get("/{user_id}", guard=guards.signed_in, raises=(NotFound,))
async def list_findings(call: Call, user_id: UUID, query: PageQuery) -> Page[Logged]:
    """What matched and what did not, newest first: your own, or anybody's for operators."""
    return await service.of_person(call.res, call.who, user_id, query)
