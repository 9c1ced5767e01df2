"""A relay that numbers anew what the one before it had numbered, and perhaps published."""

import asyncio
from typing import Any

from hub.core import relay
from hub.core.bus import Bus, Published
from hub.core.relay import Numbered
from hub.core.sql import Runs

_BETWEEN_SECONDS = 0.1
_move = relay.move


async def _publish(db: Runs, bus: Bus, rows: list[Numbered], events: list[Published]) -> None:
    await bus.publish(events)
    await asyncio.sleep(_BETWEEN_SECONDS)
    await relay.sql.run(db, "delete_events", seqs=[row.seq for row in rows])


async def _renumbering(db: Any, bus: Bus, *, left_over: bool = False) -> int:
    if left_over:
        await db.execute("update core.outbox set topic_offset = null where topic_offset is not null")
        return 0
    return await _move(db, bus)


def apply() -> None:
    room: Any = relay
    room._publish, room.move = _publish, _renumbering
