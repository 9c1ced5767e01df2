"""What every scenario has at hand."""

import asyncio
import secrets
import time
from collections import Counter
from typing import Any

from msgspec import Struct

from workers.loadtest.address import Address
from workers.loadtest.calls import Calls
from workers.loadtest.deliveries import Deliveries
from workers.loadtest.identities import Identities
from workers.loadtest.listeners import Listeners
from workers.loadtest.recorder import Recorder
from workers.loadtest.wire import Answer, Pool

CONNECTIONS = 256


class Progress(Struct):
    """What the live display shows."""

    phase: str = "getting ready"
    done: int = 0
    total: int = 0


class Scene:
    """One run against one hub."""

    def __init__(self, address: Address, who: Identities, *, grace: float = 10) -> None:
        self.address, self.who, self.grace = address, who, grace
        self.calls, self.pool = Calls(address, who), Pool(address, CONNECTIONS)
        self.mark = f"lt-{secrets.token_hex(4)}"
        self.recorders: dict[str, Recorder] = {}
        self.errors: Counter[str] = Counter()
        self.facts: dict[str, float] = {}
        self.progress = Progress()
        self.deliveries: Deliveries | None = None
        self._began = time.perf_counter()
        self.expected = self.delivered = self.lost = self.doubled = 0

    def recorder(self, name: str) -> Recorder:
        """The one of this name."""
        if name not in self.recorders:
            self.recorders[name] = Recorder(name, self._began)
        return self.recorders[name]

    def phase(self, name: str, total: int = 0) -> None:
        """Say what happens now."""
        self.progress.phase, self.progress.done, self.progress.total = name, 0, total

    def step(self) -> None:
        self.progress.done += 1

    async def listeners(self, count: int, name: str = "signal to socket") -> Listeners:
        """So many open sockets, whose deliveries are counted."""
        deliveries = self.deliveries = Deliveries(self.mark, count, self.recorder(name))
        made = Listeners(self.address, self.calls, count, deliveries.take)
        self.phase("opening sockets", count)
        began = time.perf_counter()
        await made.open(opened=self.step)
        self.facts["sockets opened a second"] = round(count / (time.perf_counter() - began), 1)
        return made

    async def call(self, request: bytes, *wanted: int) -> Answer | None:
        """An answer with one of the wanted statuses; anything else is an error that is counted."""
        try:
            answer = await self.pool.send(request)
        except OSError as error:
            self.errors[f"no answer ({type(error).__name__})"] += 1
            return None
        if answer.status not in wanted:
            self.errors[f"HTTP {answer.status} instead of {wanted[0]}"] += 1
            return None
        return answer

    async def post(self, number: int, intended: float, recorder: Recorder | None = None) -> Answer | None:
        """Send signal `number`; what was refused nobody needs to get."""
        if self.deliveries:
            self.deliveries.expect(number, intended)
        answer = await self.call(self.calls.signal(f"{self.mark}-{number}"), 201)
        if answer and recorder:
            recorder.record(intended, answer.at)
        if not answer and self.deliveries:
            self.deliveries.refused(number)
        self.step()
        return answer

    async def everything(self) -> None:
        """Wait for what is under way; what does not come is lost."""
        assert self.deliveries
        self.phase("waiting for the last")
        await self.deliveries.everything(self.grace)
        self.expected += self.deliveries.expected
        self.delivered += self.deliveries.delivered
        self.lost += self.deliveries.missing
        self.doubled += self.deliveries.doubled

    def closed(self, listeners: Listeners) -> None:
        """Sockets that the hub has ended are errors."""
        for code, count in listeners.codes().items():
            self.errors[f"a socket was closed with {code}"] += count


async def gathered(*work: Any) -> None:
    """All at once; the first failure ends them all."""
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(each)
