"""Read signals, hold them for a decision, end them. `publish.py` stores them."""

from uuid import UUID

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.outbox import Event
from hub.core.paging import Page, page
from hub.core.problems import Conflict, Forbidden, NotFound
from hub.core.resources import Resources
from hub.trading.signals import store, topics
from hub.trading.signals.models import Held, Signal, SignalForUser, SignalQuery

_EXPIRE_BATCH = 500


class SignalClosed(Conflict):
    title = "Signal is no longer open"


def _none() -> NotFound:
    return NotFound("There is no such signal.")


async def get(res: Resources, id: UUID, user_id: UUID) -> SignalForUser:
    signal = await store.for_user(res.db, id, user_id)
    if signal is None:
        raise _none()
    return signal


async def listed(res: Resources, user_id: UUID, query: SignalQuery) -> Page[SignalForUser]:
    rows = await store.listed(res.db, user_id, query)
    return page(rows, query.limit, [row.id for row in rows])


async def hold_open(tx: Transaction, id: UUID) -> Held:
    """An open signal that stays open until this transaction ends; `NotFound` or `SignalClosed`."""
    signal = await store.hold(tx, id)
    if signal is None:
        raise _none()
    if signal.status != "open" or signal.expires_at <= clock.now():
        was = signal.status if signal.status != "open" else "expired"
        raise SignalClosed(f"The signal is {was}; nothing was decided.", signal_status=was)
    return signal


async def cancel(
    tx: Transaction, res: Resources, id: UUID, producer_id: str, reason: str
) -> tuple[Signal, bool]:
    """End a signal for its own producer, and whether this call did; one that has ended stays as it is."""
    known = await store.get(tx, id)
    if known is None:
        raise _none()
    if known.producer_id != producer_id:
        raise Forbidden("Another producer posted this signal.")
    cancelled = await store.cancel(tx, id, reason, clock.now())
    if cancelled is None:
        return await store.get(tx, id) or known, False
    await outbox.append(tx, res.redis, [_ended(cancelled, "signal.cancelled", producer_id)])
    return cancelled, True


async def expire(res: Resources) -> int:
    """End what is past its time; how many were."""
    async with res.db.transaction() as tx:
        expired = await store.expire(tx, clock.now(), _EXPIRE_BATCH)
        if expired:
            await outbox.append(
                tx, res.redis, [_ended(signal, "signal.expired", "clock") for signal in expired]
            )
    return len(expired)


def _ended(signal: Signal, kind: str, actor: str) -> Event:
    return Event(topics.signals.name(), kind, f"signal:{signal.id}", actor, signal)
