"""The trader as a process: spool, client, heart and loop together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from caerus_client.decisions import DecisionClient, DecisionFile
from caerus_client.durable import or_in_memory
from caerus_client.heartbeat import HeartbeatClient
from caerus_client.producer import OnOutcome, ProducerClient, RetryPolicy
from caerus_client.spool import Spool
from caerus_client.times import Now, utc_now

from hub.core.alerts.telegram import Telegram
from strategies.candles import Bar
from workers.trader import metrics
from workers.trader.alerts import AlertFile, OwnerAlerts
from workers.trader.heart import Heart
from workers.trader.lock import TraderRunning, held
from workers.trader.trader import Config, Trader


async def run(
    config: Config,
    bars: Iterable[Bar],
    *,
    hub: str,
    producer_id: str,
    secret: str,
    spool: str | Path,
    pace: float = 0.0,
    concurrency: int = 16,
    retry: RetryPolicy | None = None,
    telegram: Telegram | None = None,
    alert_window: float = 300.0,
    on_outcome: OnOutcome | None = None,
    now: Now = utc_now,
    interval: int = 10,
    candle_window: timedelta = timedelta(seconds=60),
    flush_seconds: float = 5.0,
) -> None:
    """Trade `bars` until they end and everything has reached the hub, or until cancelled.

    `spool` is a file that outlives the process: started again on it, the trader goes on where it stood.
    `pace` is in seconds a bar, `interval` in seconds a heartbeat. At the end hub and owner are given `flush_seconds`
    each to take what waits. `TraderRunning` when another trader has the spool, or the hub knows of one.
    """
    async with AsyncExitStack() as stack:
        holder = stack.enter_context(held(spool))
        queue = stack.enter_context(Spool(spool))
        told = stack.enter_context(or_in_memory(DecisionFile, beside(spool)))
        file = stack.enter_context(or_in_memory(AlertFile, beside(spool, "alerts")))
        who = (
            f"Trader {producer_id} ({config.symbol.name} {config.strategy} {config.version}) on {holder.host}"
        )
        alerts = OwnerAlerts(file, telegram, who, alert_window)
        client = ProducerClient(
            hub,
            producer_id,
            secret,
            queue,
            concurrency=concurrency,
            retry=retry,
            on_alert=alerts.add,
            on_outcome=metrics.counted(on_outcome),
            now=now,
        )
        decisions = DecisionClient(hub, producer_id, secret, told, retry=retry, now=now)
        pulse = HeartbeatClient(hub, producer_id, secret, now=now)
        for each in (client, decisions, pulse):
            await stack.enter_async_context(each)
        trader = Trader(config, queue, now=now, wake=client.wake, on_decision=decisions.add)
        heart = Heart(pulse, trader, queue, holder, interval=interval, window=candle_window, now=now)
        life = _Life(trader, client, decisions, alerts, heart, flush_seconds)
        await life.lived(bars, pace)


class _Life:
    """What runs side by side while a trader lives."""

    def __init__(
        self,
        trader: Trader,
        client: ProducerClient,
        decisions: DecisionClient,
        alerts: OwnerAlerts,
        heart: Heart,
        flush_seconds: float,
    ) -> None:
        self._trader, self._client, self._decisions = trader, client, decisions
        self._alerts, self._heart, self._flush_seconds = alerts, heart, flush_seconds

    async def lived(self, bars: Iterable[Bar], pace: float) -> None:
        """Until the bars end, or it is told to stop; either is an end that the hub is told of, an error is not."""
        try:
            # Before anything is traded or sent: another one may be there.
            await self._heart.beat()
            await self._live(bars, pace)
        except asyncio.CancelledError:
            await self._heart.farewell()
            raise
        except ExceptionGroup as group:
            if refused := group.subgroup(TraderRunning):
                raise refused.exceptions[0] from None
            raise
        await self._heart.farewell()

    async def _live(self, bars: Iterable[Bar], pace: float) -> None:
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(each.run())
                for each in (self._client, self._decisions, self._alerts, self._heart)
            ]
            await self._trader.run(bars, pace)
            await self._client.settled()
            # what the hub and the owner do not take by then is sent when the trader is started again
            await self._decisions.flushed(self._flush_seconds)
            await self._alerts.flushed(self._flush_seconds)
            for task in beside:
                task.cancel()


def beside(spool: str | Path, what: str = "decisions") -> Path:
    """A file that belongs to a spool."""
    return Path(spool).with_suffix(f".{what}.db")
