"""Close positions that must go: decided once, sent until the broker has proven it, whoever dies in between."""

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.alerts import queue as alerts
from hub.core.alerts.queue import Alert
from hub.core.db import Transaction
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
from hub.trading.commands.models import Close

_closed = from_zero(
    Counter("positions_autoclosed_total", "Positions closed because they had to be", ["reason"]),
    get_args(Reason),
)
_stuck = Counter("closures_stuck_total", "Closures that a terminal did not carry out, told again and again")
_AT_ONCE = 1_000
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
) -> tuple[list[Closure], list[Entry]]:
    """Decide that every open position of an account goes; nobody can take that back. Already decided: nothing new.

    The entries are for the audit log, which is written last in a transaction. `equity` is in minor units.
    """
    tickets = await store.open_tickets(tx, account_id)
    return await close(tx, res, account_id, tickets, reason, detail, equity=equity, warning=warning)


async def close(
    tx: Transaction,
    res: Resources,
    account_id: UUID,
    tickets: list[str],
    reason: Reason,
    detail: dict[str, Any],
    *,
    equity: int | None,
    warning: timedelta = rules.WARNING,
) -> tuple[list[Closure], list[Entry]]:
    """The same of these positions alone."""
    if not tickets:
        return [], []
    now = clock.now()
    begun = await store.begin(tx, account_id, tickets, reason, detail, equity, now, now + warning)
    if begun:
        await outbox.append(tx, res.redis, [_event("closure.warned", closure) for closure in begun])
    return begun, [_decision(closure) for closure in begun]


async def close_by_owner(res: Resources, who: Principal, given: CloseIn, visitor: Visitor) -> list[Closure]:
    """`NotFound` when there is no such account."""
    id, detail = given.account_id, {"because": given.because}
    async with res.db.transaction() as tx:
        if not await store.account_exists(tx, id):
            raise NotFound("There is no such account.")
        begun, entries = await close_all(tx, res, id, "owner", detail, equity=None, warning=timedelta(0))
        back = await commands.take_back_of_account(tx, res, id, "owner")
        counts = {"positions": len(begun), "taken_back": back}
        asked = audit.act(who, visitor, "account.close_all", f"account:{id}", **counts, **detail)
        await audit.record(tx, *entries, asked)
    return begun


async def advance(res: Resources) -> int:
    """Take the closures that are due one step on; how many. All is one transaction, and safe to repeat."""
    now = clock.now()
    async with res.db.transaction() as tx:
        due = await store.due(tx, now, _AT_ONCE)
        steps = [rules.step(each, now) for each in due]
        send = [each for each, step in zip(due, steps, strict=True) if step == "send"]
        gone = [each for each, step in zip(due, steps, strict=True) if step == "done"]
        await commands.withdraw(tx, [each.command_id for each in (*send, *gone) if each.command_id])
        said = [*await _send(tx, res, send), *await _done(tx, gone)]
        if events := [event for event, _ in said if event]:
            await outbox.append(tx, res.redis, events)
        if said:
            await audit.record(tx, *(entry for _, entry in said))
    for each in gone:
        _closed.labels(each.reason).inc()
    return len(said)


async def _send(tx: Transaction, res: Resources, due: list[Due]) -> list[Said]:
    """New commands; those before were taken back, so that a terminal is never told twice at a time."""
    if not due:
        return []
    closes = [Close(each.user_id, each.account_id, each.ticket, each.reason) for each in due]
    ids, now = [each.id for each in await commands.issue_closes(tx, res, closes)], clock.now()
    again = [rules.answer_by(each.attempts + 1, now) for each in due]
    await store.sent(tx, [each.id for each in due], ids, again)
    await alerts.append(tx, [_alert(each) for each in due if each.attempts + 1 == rules.STUCK])
    return [_sent(each, id) for each, id in zip(due, ids, strict=True)]


def _alert(due: Due) -> Alert:
    text = (
        f"Position {due.ticket} of account {due.account_id} must be closed ({due.reason}), and its terminal has "
        f"been told {rules.STUCK} times. It is told again. Look at docs/runbooks/terminal-stuck.md."
    )
    return Alert("closure.stuck", text)


def _sent(due: Due, command_id: UUID) -> Said:
    attempts = due.attempts + 1
    stuck = attempts == rules.STUCK
    if stuck:
        _stuck.inc()
    meta = {"command_id": str(command_id), "attempt": attempts}
    return _event("closure.stuck", due) if stuck else None, _entry("closure.send", due, meta)


async def _done(tx: Transaction, gone: list[Due]) -> list[Said]:
    if gone:
        await store.done(tx, gone)
    return [(_event("closure.closed", each), _entry("closure.close", each, _end(each))) for each in gone]


def _end(due: Due) -> dict[str, Any]:
    return {"reason": due.reason, "price": str(due.price), "attempts": due.attempts}


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
