"""The trader as a process: spool, client and loop together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from caerus_client.decisions import DecisionClient, DecisionFile
from caerus_client.producer import OnAlert, OnOutcome, ProducerClient, RetryPolicy
from caerus_client.spool import Spool
from caerus_client.times import Now, utc_now

from strategies.candles import Bar
from workers.trader import metrics
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
    on_alert: OnAlert | None = None,
    on_outcome: OnOutcome | None = None,
    now: Now = utc_now,
    flush_seconds: float = 5.0,
) -> None:
    """Trade `bars` until they end and everything has reached the hub, or until cancelled.

    `spool` is a file that outlives the process: started again on it, the trader goes on where it stood.
    `pace` is in seconds a bar. At the end the hub is given `flush_seconds` to take the decisions that wait.
    """
    with Spool(spool) as queue, DecisionFile.opened(beside(spool)) as told:
        client = ProducerClient(
            hub,
            producer_id,
            secret,
            queue,
            concurrency=concurrency,
            retry=retry,
            on_alert=metrics.alerted(on_alert),
            on_outcome=metrics.counted(on_outcome),
            now=now,
        )
        decisions = DecisionClient(hub, producer_id, secret, told, retry=retry, now=now)
        async with client, decisions, asyncio.TaskGroup() as group:
            drain, telling = group.create_task(client.run()), group.create_task(decisions.run())
            trader = Trader(config, queue, now=now, wake=client.wake, on_decision=decisions.add)
            await trader.run(bars, pace)
            await client.settled()
            # what the hub does not take by then is sent when the trader is started again
            await decisions.flushed(flush_seconds)
            drain.cancel()
            telling.cancel()


def beside(spool: str | Path) -> Path:
    """The file of decisions that belongs to a spool."""
    return Path(spool).with_suffix(".decisions.db")
