"""The kill switch: the owner stops new trades, of everybody or of one person, at once."""

from uuid import UUID

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import invalid
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.users import service as users
from hub.trading.risk import controls, store, topics
from hub.trading.risk.models import KillSwitched, KillSwitches, KillSwitchIn


async def turn(res: Resources, who: Principal, given: KillSwitchIn, visitor: Visitor) -> KillSwitches:
    """Turn a switch; turning it to where it stands changes nothing. When this has answered, no trade follows."""
    if (given.scope == "user") != (given.user_id is not None):
        raise invalid("/user_id", "names one person with the scope user, and nobody with all")
    if given.user_id is not None:
        await users.get(res, given.user_id)
    async with res.db.transaction() as tx:
        await store.hold_gate(tx, str(given.user_id or "all"))
        if await _turned(tx, who.person, given):
            await _tell(tx, res, who, given)
            target = f"user:{given.user_id}" if given.user_id else "everybody"
            action = f"risk.kill_switch.{'on' if given.on else 'off'}"
            await audit.record(tx, audit.act(who, visitor, action, target, reason=given.reason))
        return KillSwitches(await store.kill_switches_on(tx))


async def _turned(tx: Transaction, by: UUID, given: KillSwitchIn) -> bool:
    now = clock.now()
    if given.on:
        return await store.kill_switch_on(tx, uuid7(), given.user_id, given.reason, by, now)
    return await store.kill_switch_off(tx, given.user_id, given.reason, by, now)


async def _tell(tx: Transaction, res: Resources, who: Principal, given: KillSwitchIn) -> None:
    kind, actor = f"risk.kill_switch_{'on' if given.on else 'off'}", f"user:{who.person}"
    if given.user_id is None:
        event = Event(
            topics.risk.name(), kind, "everybody", actor, KillSwitched(None, given.on, given.reason)
        )
    else:
        topic, subject = topics.trading.name(user_id=given.user_id), f"user:{given.user_id}"
        event = Event(topic, kind, subject, actor, await controls.of(tx, given.user_id))
    await outbox.append(tx, res.redis, [event])


async def listed(res: Resources) -> KillSwitches:
    return KillSwitches(await store.kill_switches_on(res.db))
