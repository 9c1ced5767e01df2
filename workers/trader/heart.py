"""The trader's heartbeat: on time, whatever becomes of it, and the end of the trader when another one is there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from caerus_client.errors import ApiProblem, CaerusError
from caerus_client.heartbeat import Heartbeat, HeartbeatClient
from caerus_client.spool import Spool
from caerus_client.times import Now

from workers.trader import metrics
from workers.trader.lock import Holder, TraderRunning
from workers.trader.timing import BarTiming
from workers.trader.trader import Trader

FAREWELL_SECONDS = 2.0
_TIMEOUT_SECONDS = 10.0
log = structlog.get_logger("caerus.trader")


class Heart:
    """Beats for one trader. `interval` is in seconds; `window` is `BarTiming`'s."""

    def __init__(
        self,
        client: HeartbeatClient,
        trader: Trader,
        spool: Spool,
        holder: Holder,
        *,
        interval: int,
        window: timedelta,
        now: Now,
    ) -> None:
        self._client, self._trader, self._spool, self._holder = client, trader, spool, holder
        self._interval, self._now = interval, now
        self._timing = BarTiming(trader.config.symbol, window, trader.config.zone)
        self._failing = False

    async def run(self) -> None:
        """Beat at each interval until cancelled. `TraderRunning` when the hub knows another instance."""
        loop = asyncio.get_running_loop()
        began, beats = loop.time(), 0
        while True:
            # On a grid: a slow answer delays no later beat, and those missed meanwhile are left out.
            beats = max(beats + 1, int((loop.time() - began) / self._interval) + 1)
            await asyncio.sleep(began + beats * self._interval - loop.time())
            await self.beat()

    async def beat(self) -> None:
        """One. A hub that is away, or does not know heartbeats, does not stop a trader."""
        try:
            await self._send(min(_TIMEOUT_SECONDS, self._interval))
        except CaerusError as error:
            if isinstance(error, ApiProblem) and error.status == 409:
                raise TraderRunning(f"Another trader is there: {error.detail}") from None
            metrics.heartbeat_failures.inc()
            if not self._failing:
                log.warning("heartbeat.failed", why=str(error))
            self._failing = True
        else:
            self._failing = False

    async def farewell(self) -> None:
        """Say that this is no silence; if nobody hears it, it is."""
        with suppress(CaerusError):
            await self._send(FAREWELL_SECONDS, ended=True)

    async def _send(self, timeout: float, *, ended: bool = False) -> None:
        config, now = self._trader.config, self._now()
        self._timing.saw(self._trader.engine.last_time, now, timedelta(seconds=self._interval))
        heartbeat = Heartbeat(
            symbol=config.symbol.name,
            strategy=config.strategy,
            version=config.version,
            instance_id=self._holder.instance,
            host=self._holder.host,
            interval_seconds=self._interval,
            bar_time=self._timing.newest,
            spool_depth=await asyncio.to_thread(self._spool.unsettled),
            late=self._timing.late(now),
            ended=ended,
        )
        await self._client.beat(heartbeat, timeout=timeout)
        metrics.heartbeats.inc()
