"""`POST /api/v1/client/preflight`, `GET /api/v1/accounts/{id}/preflight`."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import Invalid, NotFound, Unauthenticated
from hub.core.web import Api, Call
from hub.trading.accounts.verify import AccountTaken, AnotherTerminal, NotLinked, OtherCurrency
from hub.trading.devices.guards import device
from hub.trading.preflight import service
from hub.trading.preflight.models import Preflight, PreflightIn
from hub.trading.preflight.rules import TerminalOffline

api = Api("", tag="preflight")

_REFUSALS = (Unauthenticated, NotLinked, AccountTaken, AnotherTerminal, OtherCurrency, TerminalOffline)


@api.post("/client/preflight", guard=device, status=200, max_body=262_144, raises=(*_REFUSALS, Invalid))
async def take_preflight(call: Call, body: PreflightIn) -> Preflight:
    """Say what your terminal knows of its account and symbols; the answer says what to mend."""
    return await service.take(call.res, call.who, body, call.visitor)


@api.get("/accounts/{id}/preflight", guard=guards.signed_in, raises=(NotFound,))
async def get_preflight(call: Call, id: UUID) -> Preflight:
    """What was found of an account of yours, and its certificate."""
    return await service.of_account(call.res, call.who, id)
