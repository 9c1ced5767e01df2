"""Close positions that must go: decided once, sent until the broker has proven it, whoever dies in between."""

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.paging import Page, PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.closing import rules, store, topics
from hub.trading.closing.models import CloseIn, Closure, Due, Reason, Told
from hub.trading.commands import service as commands

_closed = from_zero(
    Counter("positions_autoclosed_total", "Positions closed because they had to be", ["reason"]),
    get_args(Reason),
)
_stuck = Counter("closures_stuck_total", "Closures that a terminal did not carry out, told again and again")
_AT_ONCE = 50
Said = tuple[Event | None, Entry]
"""What a step has to tell, and what is written down of it."""


async def close_all(
    tx: Transaction,
    res: Resources,
    account_id: UUID,
    reason: Reason,
    detail: dict[str, Any],
    *,
    equity: int | None,
    warning: timedelta = rules.WARNING,
) -> list[Closure]:
    """Decide that every open position of an account goes; nobody can take that back. Already decided: nothing new.

    Do it last in a transaction, as what it records in the audit log wants.
    """
    begun = await _decide(tx, res, account_id, reason, detail, equity, warning)
    await audit.record(tx, *map(_decision, begun))
    return begun


async def close_by_owner(res: Resources, who: Principal, given: CloseIn, visitor: Visitor) -> list[Closure]:
    """`NotFound` when there is no such account."""
    detail = {"because": given.because}
    async with res.db.transaction() as tx:
        if not await store.account_exists(tx, given.account_id):
            raise NotFound("There is no such account.")
        begun = await _decide(tx, res, given.account_id, "owner", detail, None, timedelta(0))
        target = f"account:{given.account_id}"
        asked = audit.act(who, visitor, "account.close_all", target, positions=len(begun), **detail)
        await audit.record(tx, *map(_decision, begun), asked)
    return begun


async def _decide(
    tx: Transaction,
    res: Resources,
    account_id: UUID,
    reason: Reason,
    detail: dict[str, Any],
    equity: int | None,
    warning: timedelta,
) -> list[Closure]:
    now = clock.now()
    decided = [
        await store.begin(tx, uuid7(), position, reason, detail, equity, now, now + warning)
        for position in await store.open_positions(tx, account_id)
    ]
    begun = [closure for closure in decided if closure]
    if begun:
        await outbox.append(tx, res.redis, [_event("closure.warned", closure) for closure in begun])
    return begun


async def advance(res: Resources) -> int:
    """Take the closures that are due one step on; how many. Each step is one transaction, and safe to repeat."""
    now = clock.now()
    async with res.db.transaction() as tx:
        due = await store.due(tx, now, rules.STUCK, _AT_ONCE)
        taken = [(each, step) for each in due if (step := rules.step(each, now)) != "wait"]
        said = [await (_send if step == "send" else _done)(tx, res, each) for each, step in taken]
        if events := [event for event, _ in said if event]:
            await outbox.append(tx, res.redis, events)
        if said:
            await audit.record(tx, *(entry for _, entry in said))
    for each, step in taken:
        if step == "done":
            _closed.labels(each.reason).inc()
    return len(taken)


async def _send(tx: Transaction, res: Resources, due: Due) -> Said:
    """A new command; the one before is taken back, so that a terminal is never told twice at a time."""
    if due.command_id:
        await commands.withdraw(tx, due.command_id)
    command = await commands.issue_close(tx, res, due.user_id, due.account_id, due.ticket, due.reason)
    attempts = due.attempts + 1
    await store.sent(tx, due.id, command.id, rules.answer_by(attempts, clock.now()))
    stuck = attempts == rules.STUCK
    if stuck:
        _stuck.inc()
    meta = {"command_id": str(command.id), "attempt": attempts}
    return _event("closure.stuck", due) if stuck else None, _entry("closure.send", due, meta)


async def _done(tx: Transaction, _: Resources, due: Due) -> Said:
    assert due.gone_at is not None
    if due.command_id:
        await commands.withdraw(tx, due.command_id)
    await store.done(tx, due.id, due.gone_at, due.price)
    meta = {"reason": due.reason, "price": str(due.price), "attempts": due.attempts}
    return _event("closure.closed", due), _entry("closure.close", due, meta)


async def listed(res: Resources, who: Principal, query: PageQuery) -> Page[Closure]:
    rows = await store.listed(res.db, who.person, query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])


def _event(kind: str, of: Closure | Due) -> Event:
    topic = topics.closures.name(user_id=of.user_id)
    told = Told(of.id, of.account_id, of.ticket, of.reason, of.due_at, of.attempts)
    return Event(topic, kind, f"position:{of.account_id}/{of.ticket}", "system:guard", told)


def _decision(closure: Closure) -> Entry:
    return _entry("closure.decide", closure, {"reason": closure.reason} | closure.detail)


def _entry(action: str, of: Closure | Due, meta: dict[str, Any]) -> Entry:
    return Entry(action, f"position:{of.account_id}/{of.ticket}", "system", of.user_id, meta=meta)
