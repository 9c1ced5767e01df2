"""The owner's alerts of the hub: a row of the transaction that made them true, sent by whichever worker claims it.

A worker that is killed between the message and its mark has its claim run out: then one message is sent twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from hub.core import clock
from hub.core.alerts.deliver import AGAIN, deliver
from hub.core.alerts.settings import AlertSettings
from hub.core.alerts.telegram import NotSent, Telegram
from hub.core.db import Transaction
from hub.core.resources import Resources
from hub.core.sql import Sql

sql = Sql("alerts")

_CLAIM = timedelta(seconds=60)
"""Far longer than one message may take."""
_AT_ONCE = 1_000
_SHORTEST_SECONDS = 1.0
_KEPT = timedelta(days=30)


class Alert(Struct, frozen=True):
    """`kind` names what happened (`closure.stuck`); `text` says it to the owner, without anybody's personal data."""

    kind: str
    text: str


class Claimed(Struct, frozen=True):
    kind: str
    failures: int


class Waiting(Struct, frozen=True):
    id: int
    text: str


async def append(tx: Transaction, alerts: Sequence[Alert]) -> None:
    """Each is sent once the transaction is committed, and not otherwise."""
    if alerts:
        await sql.run(
            tx,
            "append_alerts",
            kinds=[alert.kind for alert in alerts],
            texts=[_storable(alert.text) for alert in alerts],
            at=clock.now(),
        )


def _storable(text: str) -> str:
    """PostgreSQL takes no NUL, and no half of a character."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


async def send(res: Resources, telegram: Telegram, settings: AlertSettings) -> int:
    """Send what is due, a message a kind; how many messages arrived."""
    await sql.run(res.db, "know_alert_kinds", now=clock.now())
    arrived = 0
    while True:
        now = clock.now()
        claimed = await sql.one(res.db, Claimed, "claim_alert_kind", now=now, until=now + _CLAIM)
        if claimed is None:
            return arrived
        if not await _send(res, telegram, claimed, settings.window_seconds):
            return arrived
        arrived += 1


async def _send(res: Resources, telegram: Telegram, claimed: Claimed, window: float) -> bool:
    waiting = await sql.many(res.db, Waiting, "waiting_alerts", kind=claimed.kind, n=_AT_ONCE)
    if not waiting:
        return False
    try:
        await deliver(telegram, claimed.kind, [each.text for each in waiting])
    except NotSent as error:
        await _failed(res, claimed, error)
        return False
    now = clock.now()
    async with res.db.transaction() as tx:
        await sql.run(tx, "alerts_sent", ids=[each.id for each in waiting], now=now)
        await sql.run(tx, "alert_kind_sent", kind=claimed.kind, next_at=now + timedelta(seconds=window))
    return True


async def _failed(res: Resources, claimed: Claimed, error: NotSent) -> None:
    """A limit is the bot's, so every kind waits for its end."""
    now, pause = clock.now(), max(error.wait, AGAIN.pause(claimed.failures + 1), _SHORTEST_SECONDS)
    await sql.run(res.db, "alert_kind_failed", kind=claimed.kind, next_at=_in(now, pause))
    if error.reason == "limited":
        await sql.run(res.db, "hold_alert_kinds", until=_in(now, error.wait))


def _in(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


async def forget(res: Resources) -> None:
    """Alerts are kept for 30 days, sent or not."""
    await sql.run(res.db, "forget_alerts", before=clock.now() - _KEPT)
