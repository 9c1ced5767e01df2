"""The loop that empties a spool: bounded concurrency, back-off, group commit of what came of it."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection

import msgspec

from caerus_client.posting import Verdict
from caerus_client.retry import Draw, Outage, RetryPolicy
from caerus_client.spool import Item, Spool

log = logging.getLogger("caerus.producer")

IDLE_SECONDS = 1.0
"""How often an idle drainer looks for items that another process put."""


class Alert(msgspec.Struct, frozen=True):
    """Something a person must know: `retries_exhausted` (it is still being tried) or `refused` (it is parked)."""

    kind: str
    text: str
    item: Item


class Counters(msgspec.Struct):
    """Since the start. `posted` counts attempts that ended an item at the hub, `retries` those to be repeated."""

    posted: int = 0
    stored: int = 0
    duplicates: int = 0
    cancelled: int = 0
    refused: int = 0
    retries: int = 0


COUNTED = {"stored": "stored", "duplicate": "duplicates", "cancelled": "cancelled", "closed": "cancelled"}

Attempt = Callable[[Item], Awaitable[Verdict]]
OnAlert = Callable[[Alert], Awaitable[None]]
OnOutcome = Callable[[Item, Verdict, float], None]
"""(item, verdict, seconds the attempt took)."""


class Drainer:
    """Carries each pending item to the hub until it has an outcome. Nothing leaves the spool without one."""

    def __init__(
        self,
        spool: Spool,
        attempt: Attempt,
        *,
        concurrency: int,
        retry: RetryPolicy,
        on_alert: OnAlert | None,
        on_outcome: OnOutcome | None,
        draw: Draw = random.random,
    ) -> None:
        self._spool = spool
        self._attempt = attempt
        self._concurrency = concurrency
        self._retry = retry
        self._on_alert = on_alert
        self._on_outcome = on_outcome
        self._draw = draw
        self._outage = Outage(retry, draw)
        self._flying: set[int] = set()
        self._resting: dict[int, float] = {}
        self._landed: list[tuple[Item, Verdict, float]] = []
        self._wake = asyncio.Event()
        self._land = asyncio.Event()
        self._changed = asyncio.Condition()
        self._settlements = 0
        self.counters = Counters()

    def wake(self) -> None:
        """Say that something was put; without it an idle drainer looks once a second."""
        self._wake.set()

    async def settled(self, ids: Collection[int] | None) -> None:
        """Wait until these items (all, for None) have an outcome, and it was reported."""
        while True:
            seen = self._settlements
            if not await asyncio.to_thread(self._spool.unsettled, ids) and not self._unreported(ids):
                return
            async with self._changed:
                await self._changed.wait_for(lambda seen=seen: self._settlements != seen)  # type: ignore[misc]

    def _unreported(self, ids: Collection[int] | None) -> bool:
        """An outcome is on the disk before it is told of; until then the item counts as flying."""
        return bool(self._flying) if ids is None else not self._flying.isdisjoint(ids)

    async def run(self) -> None:
        """Send what is pending, and what comes, until cancelled. An item cut off in flight is sent again later."""
        self._flying.clear()
        self._landed.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle_landed())
            while True:
                self._wake.clear()
                for item in await self._due():
                    self._flying.add(item.id)
                    group.create_task(self._carry(item))
                await self._rest()

    async def _due(self) -> list[Item]:
        now = time.monotonic()
        slots = (self._concurrency if self._outage.failures == 0 else 1) - len(self._flying)
        if slots <= 0 or now < self._outage.until:
            return []
        # what lands while the queue is read is still pending in what was read
        flying = set(self._flying)
        window = slots + len(flying) + len(self._resting)
        found = await asyncio.to_thread(self._spool.pending, window)
        return [i for i in found if i.id not in flying and self._resting.get(i.id, 0.0) <= now][:slots]

    async def _rest(self) -> None:
        now = time.monotonic()
        waits = [at - now for at in (self._outage.until, *self._resting.values()) if at > now]
        try:
            async with asyncio.timeout(min([IDLE_SECONDS, *waits])):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _carry(self, item: Item) -> None:
        began = time.perf_counter()
        verdict = await self._attempt(item)
        self._landed.append((item, verdict, time.perf_counter() - began))
        self._land.set()

    async def _settle_landed(self) -> None:
        while True:
            await self._land.wait()
            self._land.clear()
            batch, self._landed = self._landed, []
            # one transaction for whatever landed while the last one was on its way to the disk
            await asyncio.to_thread(self._spool.settle, [v.settlement(item) for item, v, _ in batch])
            for item, verdict, seconds in batch:
                await self._conclude(item, verdict, seconds)
            self._wake.set()
            async with self._changed:
                self._settlements += 1
                self._changed.notify_all()

    async def _conclude(self, item: Item, verdict: Verdict, seconds: float) -> None:
        self._count(verdict)
        if verdict.answered:
            self._outage.over()
        if verdict.outcome is None:
            await self._failed(item, verdict)
        else:
            self._resting.pop(item.id, None)
        if verdict.outcome == "refused":
            await self._tell(Alert("refused", f"{item.kind} {item.key} was refused: {verdict.error}", item))
        self._flying.discard(item.id)
        if self._on_outcome is not None:
            self._on_outcome(item, verdict, seconds)

    async def _failed(self, item: Item, verdict: Verdict) -> None:
        now, failures = time.monotonic(), item.attempts + 1
        self._outage.failed(now, verdict.retry_after)
        self._resting[item.id] = now + max(verdict.retry_after, self._retry.pause(failures, self._draw))
        if self._outage.worth_telling(item_failures=failures):
            text = f"{item.kind} {item.key} is still not delivered after {failures} attempts: {verdict.error}"
            await self._tell(Alert("retries_exhausted", text, item))

    def _count(self, verdict: Verdict) -> None:
        if verdict.outcome is None:
            self.counters.retries += 1
        elif verdict.outcome == "refused":
            self.counters.refused += 1
        elif verdict.outcome in COUNTED:
            name = COUNTED[verdict.outcome]
            self.counters.posted += 1
            setattr(self.counters, name, getattr(self.counters, name) + 1)

    async def _tell(self, alert: Alert) -> None:
        log.error("%s", alert.text)
        if self._on_alert is None:
            return
        try:
            await self._on_alert(alert)
        except Exception:
            log.exception("the alert itself could not be delivered")
