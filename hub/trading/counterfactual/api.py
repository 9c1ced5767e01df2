"""`GET /api/v1/signals/counterfactual`."""

from hub.core import guards
from hub.core.problems import Invalid
from hub.core.web import Api, Call
from hub.trading.counterfactual import service
from hub.trading.counterfactual.models import Counterfactual, CounterfactualQuery

api = Api("/signals/counterfactual", tag="signals")


@api.get(guard=guards.signed_in, raises=(Invalid,))
async def get_counterfactual(call: Call, query: CounterfactualQuery) -> Counterfactual:
    """What signals you rejected or let expire would have made, before and after costs, with the sample size."""
    return await service.replayed(call.res, call.who, query)
