"""Take acknowledgements, and show what came of an approval."""

from functools import partial
from typing import get_args
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
from hub.trading.commands import service as commands
from hub.trading.commands.models import Command
from hub.trading.executions import rules, store, topics
from hub.trading.executions.models import AckIn, Aggregate, Execution, Status

_acks = from_zero(
    Counter("ea_ack_total", "Acknowledgements taken", ["result"]), [*get_args(Status), "repeated"]
)
_executions = from_zero(
    Counter("executions_total", "Executions by the status they reached", ["status"]), get_args(Status)
)


async def ack(res: Resources, who: Principal, given: AckIn) -> Execution:
    """Idempotent by (device, command, status); `OutOfOrder` when the execution has moved on."""
    rules.check(given)
    async with res.db.transaction() as tx:
        command = await commands.get(tx, given.command_id, who.person)
        with commands.trace(command, UUID(who.id), f"acknowledge {given.status}"):
            before, after = await _recorded(tx, res, UUID(who.id), f"device:{who.id}", command, given)
    _count(before, after)
    return after


async def proven(tx: Transaction, res: Resources, device_id: UUID, given: AckIn) -> Execution:
    """What the broker's books say of a command, as if its device had said it; `OutOfOrder` as there.

    That it `failed` is a conclusion from what is not in them, and may be overruled.
    """
    command = await commands.get(tx, given.command_id, None)
    supposed = given.status == "failed"
    before, after = await _recorded(
        tx, res, device_id, "system:reconciliation", command, given, supposed=supposed
    )
    tx.after_commit(f"count {given.command_id}", partial(_count_now, before, after))
    return after


async def _count_now(before: Execution | None, after: Execution) -> None:
    _count(before, after)


async def _recorded(
    tx: Transaction,
    res: Resources,
    device_id: UUID,
    actor: str,
    command: Command,
    given: AckIn,
    *,
    supposed: bool = False,
) -> tuple[Execution | None, Execution]:
    now = clock.now()
    await store.lock(tx, device_id, command.id)
    before = await store.of_command(tx, device_id, command.id)
    if before is None:
        after = rules.begin(uuid7(), device_id, command, given, now)
    else:
        after = rules.go_on(before, given, now)
    if after is not before:
        await store.put(tx, command.user_id, after, supposed=supposed)
        await commands.acknowledged(tx, device_id, command.id)
        news = rules.news(before, after)
        await outbox.append(tx, res.redis, [_event(kind, after, command.user_id, actor) for kind in news])
    return before, after


def _count(before: Execution | None, after: Execution) -> None:
    _acks.labels("repeated" if after is before else after.status).inc()
    if before is None or before.status != after.status:
        _executions.labels(after.status).inc()


def _event(kind: str, execution: Execution, user_id: UUID, actor: str) -> Event:
    topic = topics.executions.name(user_id=user_id)
    subject = f"signal:{execution.signal_id}" if execution.signal_id else f"command:{execution.command_id}"
    return Event(topic, kind, subject, actor, execution)


async def aggregate(res: Resources, approval_id: UUID) -> Aggregate:
    """`NotFound` when no device has said anything yet."""
    executions = await store.of_approval(res.db, approval_id)
    if not executions:
        raise NotFound("No device has said anything about this approval.")
    return rules.aggregate(approval_id, executions)


async def listed(res: Resources, who: Principal, query: PageQuery) -> Page[Execution]:
    rows = await store.listed(res.db, who.person, query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])
