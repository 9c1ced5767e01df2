"""A worker that sends the owner's alerts, and is killed at its `n`th word with PostgreSQL: one process for each `n`.

Nothing of the product is replaced but, for the negative control, the order: it marks an alert, and sends it then.
"""

import asyncio
import sys
from typing import Any

from hub.core import clock
from hub.core.alerts import queue
from hub.core.alerts.settings import settings
from hub.core.alerts.telegram import chat
from hub.core.resources import open_resources
from hub.core.settings import Settings
from tests.dying import die_at


async def _marked_first(res: Any, telegram: Any, claimed: queue.Claimed, window: float) -> bool:
    waiting = await queue.sql.many(res.db, queue.Waiting, "waiting_alerts", kind=claimed.kind, n=1_000)
    ids = [each.id for each in waiting]
    await queue.sql.run(res.db, "alerts_sent", ids=ids, now=clock.now())
    await queue.sql.run(res.db, "alert_kind_sent", kind=claimed.kind, next_at=clock.now())
    await queue.deliver(telegram, claimed.kind, [each.text for each in waiting])
    return True


async def main(dsn: str, redis_url: str, n: str, protection: str) -> None:
    if protection == "off":
        queue._send = _marked_first
    async with open_resources(Settings(), dsn, redis_url) as res:
        telegram = chat(res.secrets, settings())
        assert telegram
        die_at(int(n))
        await queue.send(res, telegram, settings())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
