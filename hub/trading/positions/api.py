"""`POST /api/v1/client/snapshot`, `GET /api/v1/positions`."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import Invalid, NotFound, Unauthenticated
from hub.core.web import Api, Call
from hub.trading.accounts.looks import Look
from hub.trading.accounts.verify import AccountTaken, AnotherTerminal, NotLinked, OtherCurrency
from hub.trading.devices.guards import device
from hub.trading.positions import service, take
from hub.trading.positions.models import Live, LiveQuery, PeakIn, Taken
from hub.trading.positions.rules import BadFigures, SumsDoNotAdd, TooManyPositions

api = Api("", tag="positions")

_REFUSALS = (Unauthenticated, NotLinked, AccountTaken, AnotherTerminal, OtherCurrency)
_WRONG = (Invalid, BadFigures, SumsDoNotAdd, TooManyPositions)


@api.post("/client/snapshot", guard=device, status=200, max_body=1_048_576, raises=(*_REFUSALS, *_WRONG))
async def take_snapshot(call: Call, body: Look) -> Taken:
    """Show how the account on your terminal stands; sending one again changes nothing."""
    return await take.from_terminal(call.res, call.who, body, call.ip)


@api.get("/positions", guard=guards.signed_in, raises=(NotFound,))
async def list_positions(call: Call, query: LiveQuery) -> Live:
    """Your primary account, its sums and open positions, with their age."""
    return await service.of_primary(call.res, call.who, query.refresh)


@api.get("/positions/live", guard=guards.signed_in, raises=(NotFound,))
async def live_positions(call: Call, query: LiveQuery) -> Live:
    """The same as `GET /positions`."""
    return await service.of_primary(call.res, call.who, query.refresh)


@api.get("/accounts/{id}/positions", guard=guards.signed_in, raises=(NotFound,))
async def positions_of_account(call: Call, id: UUID, query: LiveQuery) -> Live:
    """One of your accounts, its sums and open positions, with their age."""
    return await service.of_account(call.res, call.who, id, query.refresh)


@api.post("/accounts/{id}/peak", guard=guards.people("owner", fresh=True), status=200, raises=(NotFound,))
async def reset_peak(call: Call, id: UUID, body: PeakIn) -> Live:
    """Measure an account's drawdown from its equity now: after a liquidation nothing opens there until somebody does."""
    return await service.reset_peak(call.res, call.who, id, body, call.visitor)
