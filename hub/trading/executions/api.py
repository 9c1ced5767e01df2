"""`POST /api/v1/client/ack`, `GET /api/v1/executions`."""

from uuid import UUID

from hub.core import guards
from hub.core.paging import Page, PageQuery
from hub.core.problems import Forbidden, Invalid, NotFound, Unauthenticated
from hub.core.web import Api, Call
from hub.trading.devices.guards import device
from hub.trading.executions import service
from hub.trading.executions.models import AckIn, Aggregate, Execution
from hub.trading.executions.rules import OutOfOrder

api = Api("", tag="executions")


@api.post("/client/ack", guard=device, status=200, raises=(Unauthenticated, NotFound, OutOfOrder, Invalid))
async def acknowledge(call: Call, body: AckIn) -> Execution:
    """Say what became of a command; saying it again changes nothing."""
    return await service.ack(call.res, call.who, body)


@api.get("/executions", guard=guards.signed_in)
async def list_executions(call: Call, query: PageQuery) -> Page[Execution]:
    """What your terminals did, newest first."""
    return await service.listed(call.res, call.who, query)


@api.get(
    "/executions/{approval_id}",
    guard=guards.people("owner", "admin", scope="executions:read"),
    raises=(Forbidden, NotFound),
)
async def get_aggregate(call: Call, approval_id: UUID) -> Aggregate:
    """How an approval fared on every device."""
    return await service.aggregate(call.res, approval_id)
