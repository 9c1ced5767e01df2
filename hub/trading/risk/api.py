"""`/api/v1/risk`: limits and the kill switch. `/api/v1/trading`: pause, resume, size."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import Forbidden, Invalid, NotFound
from hub.core.web import Api, Call
from hub.trading.risk import caps, controls, service, switch
from hub.trading.risk.models import (
    Caps,
    CapsIn,
    CapsOf,
    ControlIn,
    GuardedAccounts,
    KillSwitches,
    KillSwitchIn,
    SizeIn,
    Status,
    StatusQuery,
)

api = Api("", tag="risk")

_operators = guards.people("owner", "admin")
_owner = guards.people("owner", fresh=True)


@api.get("/risk/defaults", guard=_operators)
async def get_risk_defaults(call: Call) -> Caps:
    """The limits of everybody."""
    return await caps.defaults(call.res.db)


@api.put("/risk/defaults", guard=guards.people("owner", "admin", fresh=True), raises=(Invalid,))
async def set_risk_defaults(call: Call, body: Caps) -> Caps:
    """Set the limits of everybody."""
    return await caps.set_defaults(call.res, call.who, body, call.visitor)


@api.get("/risk/me", guard=guards.signed_in)
async def get_my_caps(call: Call) -> CapsOf:
    """The limits that hold for you, and what they are made of."""
    return await caps.of(call.res.db, call.who.person)


@api.put("/risk/me", guard=guards.signed_in, raises=(Invalid,))
async def tighten_my_caps(call: Call, body: CapsIn) -> CapsOf:
    """Set limits of your own, tighter than what holds anyway."""
    return await caps.tighten(call.res, call.who, body, call.visitor)


@api.get("/risk/guards", guard=guards.signed_in)
async def get_my_guards(call: Call) -> GuardedAccounts:
    """What the guards say of each of your accounts now."""
    return await service.guarded(call.res, call.who)


@api.get("/risk/users/{user_id}", guard=guards.people("owner"), raises=(NotFound,))
async def get_caps_of(call: Call, user_id: UUID) -> CapsOf:
    """The limits that hold for a person."""
    return await caps.get_for(call.res, user_id)


@api.put("/risk/users/{user_id}", guard=_owner, raises=(NotFound, Invalid))
async def set_caps_of(call: Call, user_id: UUID, body: CapsIn) -> CapsOf:
    """Set a person's limits in place of everybody's."""
    return await caps.set_for(call.res, call.who, user_id, body, call.visitor)


@api.get("/risk/kill-switch", guard=_operators)
async def get_kill_switches(call: Call) -> KillSwitches:
    """Every kill switch that is on."""
    return await switch.listed(call.res)


@api.put("/risk/kill-switch", guard=_owner, raises=(NotFound, Invalid))
async def turn_kill_switch(call: Call, body: KillSwitchIn) -> KillSwitches:
    """Stop new trades of everybody or of one person, or let them go on."""
    return await switch.turn(call.res, call.who, body, call.visitor)


@api.patch("/trading/pause", guard=guards.signed_in, raises=(Forbidden, NotFound))
async def pause_trading(call: Call, body: ControlIn) -> Status:
    """Stop new trades; what is open stays open."""
    return await controls.pause(call.res, call.who, body, call.visitor)


@api.patch("/trading/resume", guard=guards.signed_in, raises=(Forbidden, NotFound))
async def resume_trading(call: Call, body: ControlIn) -> Status:
    """Take your pause back; the answer says what else stops trading."""
    return await controls.resume(call.res, call.who, body, call.visitor)


@api.put("/trading/size", guard=guards.signed_in, raises=(Forbidden, NotFound, Invalid))
async def set_trading_size(call: Call, body: SizeIn) -> Status:
    """How much a trade takes from now on."""
    return await controls.set_size(call.res, call.who, body, call.visitor)


@api.get("/trading/status", guard=guards.signed_in, raises=(Forbidden, NotFound))
async def get_trading_status(call: Call, query: StatusQuery) -> Status:
    """Whether trading runs, and what stops it."""
    return await controls.status(call.res, call.who, query.user_id)
