"""`/api/v1/decisions`."""

from hub.core import guards
from hub.core.problems import Invalid, TooLarge, Unauthenticated
from hub.core.web import Api, Call
from hub.research.decisions import service
from hub.research.decisions.models import Batch, DecisionPage, DecisionQuery, Recorded
from hub.trading.producers.guards import producer

api = Api("/decisions", tag="decisions")


@api.post(guard=producer, status=200, max_body=1_000_000, raises=(Unauthenticated, TooLarge, Invalid))
async def record_decisions(call: Call, body: Batch) -> Recorded:
    """Record evaluations; recording one again changes nothing."""
    return await service.record_decision(call.res, call.who.id, body.items)


@api.get(guard=guards.people("owner", "admin", scope="decisions:read"), raises=(Invalid,))
async def list_decisions(call: Call, query: DecisionQuery) -> DecisionPage:
    """What strategies made of each bar, the newest bar first."""
    return await service.listed(call.res, query)
