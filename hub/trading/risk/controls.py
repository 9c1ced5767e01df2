"""Pause, resume and size a person's trading: by themselves, by the owner, by the system."""

from functools import partial
from typing import get_args
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import Forbidden, invalid
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.users import service as users
from hub.trading.risk import caps, store, topics
from hub.trading.risk.models import Actor, ControlIn, Size, SizeIn, Status

_paused = from_zero(Counter("trading_paused_total", "Times trading was paused", ["actor"]), get_args(Actor))
_sized = Counter("trading_size_changed_total", "Times a person's size was changed")


async def pause(res: Resources, who: Principal, given: ControlIn, visitor: Visitor) -> Status:
    """Stop new trades; what is open stays open. Pausing again changes nothing."""
    user_id, actor = await _whose(res, who, given.user_id)
    async with res.db.transaction() as tx:
        await store.hold_gate(tx, str(user_id))
        if await store.pause(tx, user_id, actor, given.reason, clock.now()):
            entry = audit.act(who, visitor, "trading.pause", f"user:{user_id}", reason=given.reason)
            await _tell(tx, res, user_id, "trading.paused", entry)
            tx.after_commit("count", partial(_count, actor))
        return await of(tx, user_id)


async def pause_by_system(tx: Transaction, res: Resources, user_id: UUID, reason: str) -> None:
    """The same for a rule that was broken, in the transaction that found it; the owner takes it back."""
    await store.hold_gate(tx, str(user_id))
    if await store.pause(tx, user_id, "system", reason, clock.now()):
        entry = Entry("trading.pause", f"user:{user_id}", "system", meta={"reason": reason})
        await _tell(tx, res, user_id, "trading.paused", entry)
        tx.after_commit("count", partial(_count, "system"))


async def resume(res: Resources, who: Principal, given: ControlIn, visitor: Visitor) -> Status:
    """Take one's own pause back; the owner's and the system's are the owner's. The answer says what is left."""
    user_id, actor = await _whose(res, who, given.user_id)
    actors: list[Actor] = ["user"] if actor == "user" else ["owner", "system"]
    if who.role == "owner" and actor == "user":
        actors = ["user", "owner", "system"]
    async with res.db.transaction() as tx:
        await store.hold_gate(tx, str(user_id))
        if await store.resume(tx, user_id, actors):
            entry = audit.act(who, visitor, "trading.resume", f"user:{user_id}", reason=given.reason)
            await _tell(tx, res, user_id, "trading.resumed", entry)
        return await of(tx, user_id)


async def set_size(res: Resources, who: Principal, given: SizeIn, visitor: Visitor) -> Status:
    """How much a trade takes from now on. `Invalid` when it risks more than the person's limits let a trade."""
    user_id, _ = await _whose(res, who, given.user_id)
    size = Size(given.mode, 10_000 if given.mode == "all_in" else given.bp)
    async with res.db.transaction() as tx:
        most = (await caps.of(tx, user_id)).effective.max_trade_risk_bp
        if size.mode == "fixed_risk" and size.bp > most:
            raise invalid("/bp", f"a trade may risk {most} basis points of equity at most")
        if await store.set_size(tx, user_id, size, clock.now()):
            entry = audit.act(who, visitor, "trading.size", f"user:{user_id}", mode=size.mode, bp=size.bp)
            await _tell(tx, res, user_id, "trading.size_changed", entry)
            tx.after_commit("count", _count_size)
        return await of(tx, user_id)


async def status(res: Resources, who: Principal, user_id: UUID | None) -> Status:
    """Whether trading runs: one's own, or (the owner) anybody's."""
    whose, _ = await _whose(res, who, user_id)
    return await of(res.db, whose)


async def of(db: Runs, user_id: UUID) -> Status:
    """Whether a person's trading runs, and what stops it. A size that was never set risks what a trade may."""
    pauses, switches = await store.pauses_of(db, user_id), await store.kill_switches_of(db, user_id)
    size = await store.size_of(db, user_id)
    if size is None:
        size = Size("fixed_risk", (await caps.of(db, user_id)).effective.max_trade_risk_bp)
    return Status(user_id, not (pauses or switches), pauses, switches, size)


async def _count(actor: Actor) -> None:
    _paused.labels(actor).inc()


async def _count_size() -> None:
    _sized.inc()


async def _whose(res: Resources, who: Principal, user_id: UUID | None) -> tuple[UUID, Actor]:
    """Whose trading, and as whom; somebody else's is the owner's to touch."""
    if user_id is None or user_id == who.person:
        return who.person, "user"
    if who.role != "owner":
        raise Forbidden("Only the owner may look at or touch somebody else's trading.")
    await users.get(res, user_id)
    return user_id, "owner"


async def _tell(tx: Transaction, res: Resources, user_id: UUID, kind: str, entry: Entry) -> None:
    topic, actor = (
        topics.trading.name(user_id=user_id),
        f"user:{entry.actor_id}" if entry.actor_id else "system",
    )
    event = Event(topic, kind, f"user:{user_id}", actor, await of(tx, user_id))
    await outbox.append(tx, res.redis, [event])
    await audit.record(tx, entry)
