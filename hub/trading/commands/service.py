"""Issue commands, and take them back."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from hub.core import clock, outbox, tracing
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.outbox import Event
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.tracing import Entered
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.commands import store, topics
from hub.trading.commands.models import Close, Command, Issued
from hub.trading.commands.rules import names
from hub.trading.paper import service as paper
from hub.trading.signals import service as signals
from hub.trading.signals.models import Held, Signal

_FOR_EVER = timedelta(days=3650)


async def issue_open(
    tx: Transaction,
    res: Resources,
    approval_id: UUID,
    user_id: UUID,
    signal: Held,
    volume: Decimal | None = None,
) -> Command:
    """Tell a person's terminals to open what was approved; the command goes on with the signal's trace.

    Once the person has a verified account only terminals that speak for one are told. With a volume (lots) only they ever
    are; without, each sizes on its own account.
    """
    with tracing.continued(signal.traceparent, "issue command"):
        command = Command(
            uuid7(),
            approval_id,
            signal.id,
            user_id,
            "open",
            None,
            None,
            clock.now(),
            signal.expires_at,
            tracing.current() or signal.traceparent,
            volume=volume,
        )
        await _issue(tx, res, [command])
    return command


async def issue_closes(tx: Transaction, res: Resources, wanted: list[Close]) -> list[Command]:
    """Tell the terminals of accounts to close positions. What is told stays valid until it is taken back."""
    now, trace = clock.now(), tracing.current()
    closes = [
        Command(
            uuid7(),
            None,
            None,
            each.user_id,
            "close",
            None,
            each.reason,
            now,
            now + _FOR_EVER,
            trace,
            each.account_id,
            each.ticket,
        )
        for each in wanted
    ]
    if closes:
        await store.add_closes(tx, closes)
        await store.deliver_closes(tx, [each.id for each in closes])
        await outbox.append(tx, res.redis, [_issued(each) for each in closes])
    return closes


async def withdraw(tx: Transaction, ids: list[UUID]) -> None:
    """No device is told of these commands any more."""
    if ids:
        await store.withdraw(tx, ids)


async def take_back_sized(tx: Transaction, res: Resources, user_id: UUID, reason: str) -> int:
    """Take back the person's copied orders that have not filled; how many. One that was filled in the meantime stays:
    its terminal says so.
    """
    opens = await store.unfilled_opens_of(tx, user_id, clock.now(), sized=True)
    await _issue(tx, res, [_taking_back(opened, reason) for opened in opens])
    return len(opens)


async def take_back_of_account(tx: Transaction, res: Resources, account_id: UUID, reason: str) -> int:
    """Take back all that this account's terminal may still open, whoever asked for it; how many. Other terminals of the
    person go on.
    """
    opens = await store.unfilled_opens(tx, account_id, clock.now())
    backs = [_taking_back(opened, reason) for opened in opens]
    for back, opened in zip(backs, opens, strict=True):
        await store.add(tx, back)
        await store.deliver_to_account(tx, back.id, account_id)
        await store.withdraw_from_account(tx, opened.id, account_id)
    if backs:
        await outbox.append(tx, res.redis, [_issued(back) for back in backs])
    return len(opens)


async def take_back_all(tx: Transaction, res: Resources, user_id: UUID, reason: str) -> int:
    """Take back all that the person's terminals may still open, whoever asked for it; how many."""
    opens = await store.unfilled_opens_of(tx, user_id, clock.now(), sized=False)
    await _issue(tx, res, [_taking_back(opened, reason) for opened in opens])
    return len(opens)


async def cancel_signal(res: Resources, id: UUID, producer_id: str, reason: str, ip: str | None) -> Signal:
    """End a signal, and take back every open command it led to."""
    async with res.db.transaction() as tx:
        signal, ended = await signals.cancel(tx, res, id, producer_id, reason)
        if ended:
            opens = await store.opens_of(tx, id)
            await _issue(tx, res, [_taking_back(opened, reason) for opened in opens])
            await paper.withdraw(tx, id, signal.instrument)
            meta = {"producer": producer_id, "reason": reason, "commands": len(opens)}
            await audit.record(tx, Entry("signal.cancel", f"signal:{id}", "producer", ip=ip, meta=meta))
    return signal


def _taking_back(opened: Command, reason: str) -> Command:
    return Command(
        uuid7(),
        opened.approval_id,
        opened.signal_id,
        opened.user_id,
        "cancel",
        opened.id,
        reason,
        clock.now(),
        opened.expires_at,
        opened.traceparent,
    )


async def _issue(tx: Transaction, res: Resources, commands: list[Command]) -> None:
    for command in commands:
        await store.add(tx, command)
        if command.opens:
            await store.deliver_cancel(tx, command)
            await store.withdraw(tx, [command.opens])
        else:
            await (store.deliver if command.volume is None else store.deliver_sized)(tx, command)
    if commands:
        await outbox.append(tx, res.redis, [_issued(command) for command in commands])


def _issued(command: Command) -> Event:
    topic = topics.commands.name(user_id=command.user_id)
    subject, actor = f"command:{command.id}", f"user:{command.user_id}"
    data = Issued(command.id, command.kind)
    return Event(topic, "command.issued", subject, actor, data, command.traceparent)


async def get(tx: Transaction, id: UUID, user_id: UUID | None) -> Command:
    """A person's command (None: anybody's), or `NotFound`."""
    command = await store.get(tx, id, user_id)
    if command is None:
        raise NotFound("There is no such command.")
    return command


def trace(command: Command, device_id: UUID, name: str) -> Entered:
    """What a device says of a command is a part of the command's trace."""
    return tracing.continued(command.traceparent, name, names(command.id, device_id))


async def acknowledged(tx: Transaction, device_id: UUID, id: UUID) -> None:
    """The device is not told of this command any more."""
    await store.acknowledged(tx, device_id, id)


async def expire(res: Resources) -> int:
    """Forget what nobody fetched in time; how much it was."""
    return await store.expire(res.db, clock.now())
