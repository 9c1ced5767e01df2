"""`GET /api/v1/client/poll`, and the producer's cancel, which takes commands back."""

from uuid import UUID

from hub.core.problems import Forbidden, Invalid, NotFound, Unauthenticated
from hub.core.web import Api, Call
from hub.trading.commands import handout, service
from hub.trading.commands.models import Polled, PollQuery
from hub.trading.devices.guards import device
from hub.trading.producers.guards import producer
from hub.trading.signals.models import CancelIn, Signal

api = Api("", tag="commands")


@api.get("/client/poll", guard=device, raises=(Unauthenticated, Invalid))
async def poll(call: Call, query: PollQuery) -> Polled:
    """Fetch sealed commands; waits up to `wait` seconds for something after `since`."""
    return await handout.poll(call.res, call.who, query.since, query.wait)


@api.post("/signals/{id}/cancel", guard=producer, status=200, raises=(Unauthenticated, Forbidden, NotFound))
async def cancel_signal(call: Call, id: UUID, body: CancelIn) -> Signal:
    """Take a signal back, with every order it led to that has not filled."""
    return await service.cancel_signal(call.res, id, call.who.id, body.reason, call.ip)
