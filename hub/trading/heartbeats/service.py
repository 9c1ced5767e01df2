"""Hear traders, refuse a second one, and tell the owner of those that are not heard any more."""

from datetime import datetime

from msgspec.structs import replace
from prometheus_client import Counter

from hub.core import clock
from hub.core.alerts import queue as alerts
from hub.core.db import Transaction
from hub.core.problems import Conflict
from hub.core.resources import Resources
from hub.trading.heartbeats import rules, store
from hub.trading.heartbeats.models import Heard, Heartbeat, HeartbeatIn, Heartbeats, State

_heard = Counter("heartbeats_taken_total", "Heartbeats of traders that the hub took")
_refused = Counter("heartbeats_refused_total", "Heartbeats of a trader that another one was there before")


class AnotherTrader(Conflict):
    title = "Another trader is trading this"


async def take(res: Resources, producer_id: str, given: HeartbeatIn) -> Heard:
    """Keep the newest word of a trader. `AnotherTrader` while another instance is heard for the same."""
    now = clock.now()
    rules.check(given, now)
    async with res.db.transaction() as tx:
        await _keep(tx, producer_id, given, now)
        await store.count(tx, producer_id, given, now)
    _heard.inc()
    return Heard(now)


async def _keep(tx: Transaction, producer_id: str, given: HeartbeatIn, now: datetime) -> None:
    # Nobody needs to be told of a trader that was never heard before.
    first: State = "ended" if given.ended else "alive"
    held = await store.hold(tx, producer_id, given.symbol, given.strategy)
    if held is None and await store.add(tx, producer_id, given, first, now):
        return
    held = held or await store.hold(tx, producer_id, given.symbol, given.strategy)
    if held and rules.held_by_another(held, given, now):
        _refused.inc()
        raise AnotherTrader(_who(held), instance_id=held.instance_id, host=held.host, seen_at=held.seen_at)
    await store.renew(tx, producer_id, given, now)


def _who(held: Heartbeat) -> str:
    return (
        f"{held.producer_id} trades {held.symbol} by {held.strategy} on {held.host} "
        f"(instance {held.instance_id}), heard at {clock.rfc3339(held.seen_at)}. Stop that one first; if it is dead, "
        f"try again in {rules.MISSED * held.interval_seconds} s."
    )


async def watch(res: Resources, since: datetime) -> int:
    """Look at every trader; how many stand otherwise than before. `since`: when this worker began to look."""
    async with res.db.transaction() as tx:
        rows, now = await store.watched(tx), clock.now()
        changed = [(row, state) for row in rows if (state := rules.state(row, now, since)) != row.state]
        if changed:
            await store.set_states(tx, [row for row, _ in changed], [state for _, state in changed])
        told = [rules.news(row, state) for row, state in changed]
        await alerts.append(tx, [alert for alert in told if alert])
    return len(changed)


async def listed(res: Resources) -> Heartbeats:
    """All there ever were, as they stand now."""
    now = clock.now()
    return Heartbeats([replace(row, state=rules.state(row, now)) for row in await store.listed(res.db)])
