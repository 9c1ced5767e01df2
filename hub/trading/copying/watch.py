"""Copying stops itself where a terminal is not heard of, or a limit of copied trades is broken."""

from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.copying import place, rules, store
from hub.trading.copying.models import Finding
from hub.trading.copying.settings import settings
from hub.trading.risk import caps
from hub.trading.risk import rules as limits
from hub.trading.risk import service as risk

_AT_ONCE = 500


async def run(res: Resources) -> int:
    """Look at everybody who copies; how many were stopped. Safe to repeat, and to be killed in."""
    stopped, after = 0, None
    while people := await store.watched(res.db, after, _AT_ONCE):
        for user_id in await _found(res.db, people):
            stopped += await _stop(res, user_id)
        after = people[-1]
    return stopped


async def _found(db: Runs, people: list[UUID]) -> dict[UUID, Finding]:
    """What there is to say of them: a terminal that is silent first, then the first account that broke a limit."""
    known = await store.known_accounts(db, people)
    held, now, seconds = await caps.of_copied(db, people), clock.now(), settings().heartbeat_seconds
    found: dict[UUID, Finding] = {}
    for each in known:
        if silent := rules.unheard([each], now, seconds):
            heard = silent.heard_at and clock.rfc3339(silent.heard_at)
            figures = {"account_id": str(each.account_id), "heard_at": heard, "seconds": seconds}
            found[each.user_id] = Finding("heartbeat", figures)
        elif each.user_id not in found:
            own = limits.in_currency(held[each.user_id].effective, each.currency)
            verdict = limits.account(risk.standing(each, now), own, caps.fresh_ms())
            if rules.breach(verdict):
                broken = verdict.figures | {"account_id": str(each.account_id)}
                found[each.user_id] = Finding(verdict.reason, broken)
    return found


async def _stop(res: Resources, user_id: UUID) -> bool:
    """Look again, with the person's copying held: what is stopped is what is wrong now."""
    async with res.db.transaction() as tx:
        copier = await store.hold(tx, user_id)
        found = (await _found(tx, [user_id])).get(user_id)
        if copier is None or not copier.enabled or copier.suspended_for or found is None:
            return False
        await _stopped(tx, res, user_id, found)
    place.blocks.labels(found.reason).inc()
    return True


async def _stopped(tx: Transaction, res: Resources, user_id: UUID, found: Finding) -> None:
    if found.reason == "heartbeat":
        await store.suspend(tx, user_id, found.reason, clock.now())
    await place.tell(tx, res, user_id, "copy.suspended", None, found.reason, found.figures)
    if found.reason != "heartbeat":
        await place.pause(tx, res, user_id, found.reason)
    meta = {"reason": found.reason, "figures": found.figures}
    await audit.record(tx, Entry("copy.suspend", f"user:{user_id}", "system", meta=meta))
