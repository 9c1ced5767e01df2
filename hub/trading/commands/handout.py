"""Hand commands out, sealed. One stays in the answer until its device acknowledged it."""

import time
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from caerus_client.keys import seal_key
from caerus_client.sealing import seal
from prometheus_client import Counter, Histogram

from hub.core import clock, tracing
from hub.core.bus import Cursor
from hub.core.metrics import from_zero
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.trading.commands import store, topics
from hub.trading.commands.models import (
    Bounds,
    CancelOrder,
    CloseOrder,
    OpenOrder,
    OrderAccount,
    Pending,
    Polled,
    Sealed,
)
from hub.trading.commands.rules import names
from hub.trading.devices import service as devices
from hub.trading.devices.models import DeviceKey

_polls = from_zero(Counter("ea_poll_total", "Polls answered", ["status"]), ("commands", "empty"))
_seconds = Histogram(
    "ea_poll_duration_seconds", "Time in a poll, waiting included", buckets=(0.01, 0.1, 1, 5, 15, 31)
)
_MOST = 100


async def poll(res: Resources, who: Principal, since: str, wait: int) -> Polled:
    """Answer at once when something came after `since`, else when something comes, else at the end."""
    with _seconds.time():
        polled = await _poll(res, who, _cursor(since), time.monotonic() + wait)
    _polls.labels("commands" if polled.commands else "empty").inc()
    return polled


async def _poll(res: Resources, who: Principal, since: Cursor | None, until: float) -> Polled:
    topic = topics.commands.name(user_id=who.person)
    with res.feed.waiter(topic) as waiter:
        position = await res.feed.position(topic)
        while True:
            left = until - time.monotonic()
            over = left <= 0 or res.feed.closing
            if position != since or over:
                commands = await _sealed(res, who)
                if commands or over:
                    return Polled(f"{position.epoch}.{position.offset}", commands)
            await waiter.wait(left)
            if waiter.offset is None:
                position = await res.feed.position(topic)
            else:
                position = Cursor(position.epoch, waiter.offset)


def _cursor(text: str) -> Cursor | None:
    """A cursor nobody issued means: from the beginning."""
    epoch, _, offset = text.partition(".")
    return Cursor(epoch, int(offset)) if offset.isascii() and offset.isdigit() else None


async def _sealed(res: Resources, who: Principal) -> list[Sealed]:
    device, pending = await res.batcher("hand out commands", partial(_pending, res)).add(UUID(who.id))
    if device is None or (found := devices.sealing(res, device)) is None:
        return []
    version, secret = found
    key = seal_key(secret, str(device.id), version)
    return [_seal(each, key, device, version) for each in pending]


async def _pending(res: Resources, device_ids: list[UUID]) -> list[tuple[DeviceKey | None, list[Pending]]]:
    """What waits for each of these devices, with the key of those for which something does.

    Polls that wake together share the queries.
    """
    found: dict[UUID, list[Pending]] = {id: [] for id in device_ids}
    for each in await store.pending(res.db, list(found), clock.now(), _MOST):
        found[each.device_id].append(each)
    wanted = [id for id, pending in found.items() if pending]
    keys = dict(zip(wanted, await devices.find_all(res.db, wanted), strict=True)) if wanted else {}
    return [(keys.get(id), found[id]) for id in device_ids]


def _seal(each: Pending, key: bytes, device: DeviceKey, version: int) -> Sealed:
    with tracing.continued(each.traceparent, "hand out command", names(each.id, device.id)):
        plain = msgspec.json.encode(_plain(each))
        envelope = seal(key, plain, device_id=str(device.id), command_id=str(each.id), key_version=version)
    return Sealed(each.id, each.kind, each.issued_at, each.expires_at, envelope)


def _plain(each: Pending) -> OpenOrder | CancelOrder | CloseOrder:
    if each.kind == "close":
        return CloseOrder(
            each.id, each.server, each.login, each.ticket, each.symbol, each.reason, each.issued_at
        )
    order: Any = each  # one that opens or cancels has a signal and an approval; the query cannot say so
    if each.kind == "cancel":
        return CancelOrder(order.id, order.signal_id, order.approval_id, order.opens, order.reason)
    return OpenOrder(
        order.id,
        order.signal_id,
        order.approval_id,
        order.instrument,
        order.side,
        order.order_type,
        order.entry,
        order.stop,
        order.target,
        order.issued_at,
        order.expires_at,
        # A copied order is begun in time or not handed out; once begun it waits as long as its signal.
        Bounds(
            order.valid_until if order.volume is None else None,
            order.max_drift_points,
            order.max_spread_points,
        ),
        order.volume,
        [OrderAccount(*each) for each in zip(order.servers, order.logins, strict=True)] or None,
    )
