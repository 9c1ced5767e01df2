"""`/api/v1/producers`."""

from hub.core import guards
from hub.core.problems import Invalid, TooLarge, Unauthenticated
from hub.core.web import Api, Call
from hub.trading.heartbeats import service
from hub.trading.heartbeats.models import Heard, HeartbeatIn, Heartbeats
from hub.trading.heartbeats.service import AnotherTrader
from hub.trading.producers.guards import producer

api = Api("/producers", tag="producers")


@api.post(
    "/heartbeat",
    guard=producer,
    status=200,
    max_body=4_096,
    raises=(Unauthenticated, AnotherTrader, TooLarge, Invalid),
)
async def take_heartbeat(call: Call, body: HeartbeatIn) -> Heard:
    """Say that a trader runs. Refused while another instance is heard for the same symbol and strategy."""
    return await service.take(call.res, call.who.id, body)


@api.get("/heartbeats", guard=guards.people("owner", "admin", scope="producers:read"))
async def list_heartbeats(call: Call) -> Heartbeats:
    """Every trader there ever was, and how it stands."""
    return await service.listed(call.res)
