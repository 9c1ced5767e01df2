"""`/api/v1/signals`."""

from uuid import UUID

from hub.core import guards
from hub.core.paging import Page
from hub.core.problems import Invalid, NotFound, TooLarge, Unauthenticated
from hub.core.web import Api, Call
from hub.trading.producers.guards import producer
from hub.trading.signals import publish, service
from hub.trading.signals.models import Signal, SignalForUser, SignalIn, SignalQuery
from hub.trading.signals.publish import DuplicateSignal

api = Api("/signals", tag="signals")


@api.post(guard=producer, max_body=32_768, raises=(Unauthenticated, DuplicateSignal, TooLarge, Invalid))
async def create_signal(call: Call, body: SignalIn) -> Signal:
    """Post a signed signal. It is stored, and told to everybody, before the answer."""
    return await publish.create(call.res, call.who.id, body, call.ip)


@api.get(guard=guards.signed_in)
async def list_signals(call: Call, query: SignalQuery) -> Page[SignalForUser]:
    """Signals, newest first, with your decision on each."""
    return await service.listed(call.res, call.who.person, query)


@api.get("/{id}", guard=guards.signed_in, raises=(NotFound,))
async def get_signal(call: Call, id: UUID) -> SignalForUser:
    """One signal, with your decision."""
    return await service.get(call.res, id, call.who.person)
