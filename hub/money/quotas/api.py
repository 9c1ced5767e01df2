"""`/api/v1/me/quotas`, and an operator's hand on somebody's plan."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.money.quotas import service
from hub.money.quotas.models import PlanIn, Usages

api = Api("", tag="quotas")


@api.get("/me/quotas", guard=guards.signed_in)
async def get_quotas(call: Call) -> Usages:
    """What your plan allows, what you used of it, and when it starts anew."""
    return await service.usages(call.res, call.who.person)


@api.put(
    "/admin/users/{id}/plan",
    guard=guards.people("owner", "admin", scope="plans:write", fresh=True),
    raises=(NotFound,),
)
async def set_plan(call: Call, id: UUID, body: PlanIn) -> Usages:
    """Put a person on a plan."""
    return await service.set_plan(call.res, id, body.plan, call.who, call.visitor)
