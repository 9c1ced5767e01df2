"""`/api/v1/paper`."""

from hub.core import guards
from hub.core.paging import PageQuery
from hub.core.problems import Invalid, NotFound
from hub.core.web import Api, Call
from hub.trading.paper import service, statement
from hub.trading.paper.models import EnableIn, Portfolio, Statement
from hub.trading.paper.service import AlreadyOn, NotOn

api = Api("/paper", tag="paper")


@api.post("/enable", guard=guards.signed_in, idempotent=True, raises=(AlreadyOn, Invalid))
async def enable_paper(call: Call, body: EnableIn) -> Portfolio:
    """Begin a paper portfolio. While it is on, what you approve goes to it and to no terminal of yours."""
    return await service.enable(call.res, call.who, body, call.ip)


@api.post("/disable", guard=guards.signed_in, status=204, raises=(NotOn,))
async def disable_paper(call: Call) -> None:
    """End the paper portfolio at the last prices. What you approve from now on is live."""
    await service.disable(call.res, call.who, call.ip)


@api.get("/statement", guard=guards.signed_in, raises=(NotFound,))
async def get_paper_statement(call: Call, query: PageQuery) -> Statement:
    """Your newest paper portfolio: balance, equity, open positions and closed trades, with the sample size."""
    return await statement.of(call.res, call.who, query)
