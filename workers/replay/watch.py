"""Follows the signals topic for a whole replay, and keeps what came and when."""

import asyncio
import time
from datetime import datetime

from caerus_client.retry import RetryPolicy
from caerus_client.stream import Event, Stream, Subscribed, Token
from msgspec import Struct

BACK_OFF = RetryPolicy(delay=0.2, cap=1.0)
"""A replay tells of a hundred events a second and a topic's history keeps 1,000: who rests for 20 s, as a client may
between two crashes, comes back to a reset."""


class Seen(Struct):
    """`ids` counts each signal's `created` events; `delays` is seconds from `created_at` to us."""

    ids: dict[str, int]
    delays: list[float]
    gaps: int = 0


class Watcher:
    """A subscriber that resumes where it was whenever the hub comes back."""

    def __init__(self, base_url: str, token: Token) -> None:
        self._stream = Stream(base_url, token, {"signals": None}, retry=BACK_OFF)
        self.seen = Seen({}, [])
        self.listening = asyncio.Event()
        self._more = asyncio.Condition()

    async def run(self) -> None:
        """Until cancelled."""
        async for found in self._stream.events():
            if isinstance(found, Subscribed):
                self.seen.gaps += self.listening.is_set() and not found.recovered
                self.listening.set()
            elif isinstance(found, Event) and found.type == "signal.created":
                await self._keep(found)

    async def until(self, count: int) -> None:
        """Until `count` different signals were seen."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.seen.ids) >= count)

    async def _keep(self, event: Event) -> None:
        id, created = event.data["id"], datetime.fromisoformat(event.data["created_at"]).timestamp()
        self.seen.ids[id] = self.seen.ids.get(id, 0) + 1
        self.seen.delays.append(time.time() - created)
        async with self._more:
            self._more.notify_all()
