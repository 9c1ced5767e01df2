"""A relay that deletes rows before it publishes them."""

import asyncio
from typing import Any

from hub.core import relay
from hub.core.bus import Bus, Published
from hub.core.relay import Numbered
from hub.core.sql import Runs
from tests.chaos.controls import relay_trusts_redis

_BETWEEN_SECONDS = 0.1


async def _publish(db: Runs, bus: Bus, rows: list[Numbered], events: list[Published]) -> None:
    await relay.sql.run(db, "delete_events", seqs=[row.seq for row in rows])
    await asyncio.sleep(_BETWEEN_SECONDS)
    await bus.publish(events)


def apply() -> None:
    room: Any = relay
    room._publish = _publish
    relay_trusts_redis.apply()  # it would say that what it deleted was there
