"""`/api/v1/organisations/{organisation_id}/approval-policy` and `.../votes`."""

from uuid import UUID

from hub.core.paging import Page
from hub.core.problems import Forbidden, Invalid, NotFound
from hub.core.web import Api, Call
from hub.identity.organisations.guards import member
from hub.identity.organisations.rules import Personal
from hub.trading.approvals.service import REFUSALS
from hub.trading.quorum import policies, votes
from hub.trading.quorum.models import Policy, PolicyIn, Tally, Vote, VoteIn, VoteQuery
from hub.trading.quorum.policies import AlreadyUnder, NoPolicy, NoTrader, TooManyTraders
from hub.trading.quorum.rules import PriceMoved
from hub.trading.quorum.votes import AlreadyVoted, NotAnApprover

api = Api("/organisations/{organisation_id}", tag="approval policies")

_POLICY = "/approval-policy"


@api.put(_POLICY, guard=member("admin", fresh=True), raises=(NotFound, Personal, Invalid))
async def set_approval_policy(call: Call, organisation_id: UUID, body: PolicyIn) -> Policy:
    """How many of whom must approve a trade before its command is issued."""
    return await policies.set_policy(call.res, call.who, organisation_id, body, call.visitor)


@api.get(_POLICY, guard=member(), raises=(NoPolicy,))
async def get_approval_policy(call: Call, organisation_id: UUID) -> Policy:
    """The policy in force, and whose trading it decides."""
    return await policies.get(call.res.db, organisation_id)


@api.delete(_POLICY, guard=member("admin", fresh=True), raises=(NotFound, Personal, NoPolicy))
async def end_approval_policy(call: Call, organisation_id: UUID) -> None:
    """End the policy; its traders decide for themselves again."""
    await policies.end(call.res, call.who, organisation_id, call.visitor)


@api.post(
    _POLICY + "/join",
    guard=member(fresh=True),
    status=200,
    raises=(NotFound, Personal, NoPolicy, AlreadyUnder, TooManyTraders),
)
async def join_approval_policy(call: Call, organisation_id: UUID) -> Policy:
    """Put your own trading under it; only an admin lets you go again."""
    return await policies.join(call.res, call.who, organisation_id, call.visitor)


@api.delete(
    _POLICY + "/traders/{user_id}",
    guard=member("admin", fresh=True),
    raises=(NotFound, Personal, NoPolicy, NoTrader),
)
async def release_trader(call: Call, organisation_id: UUID, user_id: UUID) -> None:
    """Let a trader decide for themselves again."""
    await policies.release(call.res, call.who, organisation_id, user_id, call.visitor)


@api.post(
    "/votes",
    guard=member("member"),
    idempotent=True,
    raises=(NoPolicy, NoTrader, NotAnApprover, AlreadyVoted, *REFUSALS, PriceMoved, Forbidden),
)
async def vote(call: Call, organisation_id: UUID, body: VoteIn) -> Tally:
    """Approve or reject a signal for a trader, as one of the approvers."""
    return await votes.vote(call.res, call.who, organisation_id, body, call.visitor)


@api.get("/votes", guard=member(), raises=(NotFound,))
async def list_votes(call: Call, organisation_id: UUID, query: VoteQuery) -> Page[Vote]:
    """What approvers said, newest first."""
    return await votes.listed(call.res, organisation_id, query)
