"""`/api/v1/deputies`."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import Invalid, NotFound
from hub.core.web import Api, Call
from hub.trading.approvals.models import Approval, ApprovalIn
from hub.trading.approvals.service import REFUSALS
from hub.trading.deputies import service
from hub.trading.deputies.models import Deputies, Deputy, DeputyIn
from hub.trading.deputies.rules import DeputyEnded, NotTogether, OutOfScope
from hub.trading.deputies.service import AlreadyDeputy, TooManyDeputies
from hub.trading.quorum.policies import UnderPolicy

api = Api("/deputies", tag="deputies")


@api.post(
    guard=guards.people(fresh=True, miniapp=False),
    idempotent=True,
    raises=(NotTogether, AlreadyDeputy, TooManyDeputies, Invalid),
)
async def name_deputy(call: Call, body: DeputyIn) -> Deputy:
    """Let a member of your organisation approve and reject in your place."""
    return await service.name(call.res, call.who, body, call.visitor)


@api.get(guard=guards.signed_in)
async def list_deputies(call: Call) -> Deputies:
    """Who may decide for you, and for whom you may."""
    return await service.listed(call.res, call.who)


@api.post("/{id}/revoke", guard=guards.signed_in, status=200, raises=(NotFound,))
async def revoke_deputy(call: Call, id: UUID) -> Deputy:
    """End it at once: yours, or your being one."""
    return await service.revoke(call.res, call.who, id, call.visitor)


@api.post(
    "/{id}/approve",
    guard=guards.signed_in,
    idempotent=True,
    raises=(DeputyEnded, OutOfScope, NotTogether, *REFUSALS, UnderPolicy),
)
async def approve_as_deputy(call: Call, id: UUID, body: ApprovalIn) -> Approval:
    """Approve or reject a signal for who named you."""
    return await service.decide(call.res, call.who, id, body, call.visitor)
