"""`POST /api/v1/approve`, `GET /api/v1/approvals`, `GET /api/v1/consent`."""

from hub.core import guards
from hub.core.paging import Page, PageQuery
from hub.core.web import Api, Call
from hub.trading.approvals import rules, service
from hub.trading.approvals.models import Approval, ApprovalIn, Consent
from hub.trading.quorum.policies import UnderPolicy

api = Api("", tag="approvals")


@api.post(
    "/approve",
    guard=guards.signed_in,
    idempotent=True,
    raises=(*service.REFUSALS, UnderPolicy),
)
async def approve(call: Call, body: ApprovalIn) -> Approval:
    """Approve or reject a signal, once, within the bounds you set."""
    return await service.decide(call.res, call.who, body, call.visitor)


@api.get("/approvals", guard=guards.signed_in)
async def list_approvals(call: Call, query: PageQuery) -> Page[Approval]:
    """Your decisions, newest first."""
    return await service.listed(call.res, call.who, query)


@api.get("/consent", guard=guards.public)
async def get_consent(call: Call) -> Consent:
    """The consent text now in force."""
    return rules.CONSENT
