"""Trader, person, terminal and EA in step with the bars: what a bar led to is at the terminal before the next.

Everything crosses the same wires as in production; lockstep only makes the outcome depend on the
candles alone. Killed at any moment and started again on its folder, it goes on where it was.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Self
from uuid import UUID

from caerus_client.device import DeviceClient
from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.ledger import Ledger
from caerus_client.models import Ack, CancelCommand, CloseCommand, Command
from caerus_client.posting import Verdict
from caerus_client.producer import ProducerClient
from caerus_client.rest import HubClient
from caerus_client.retry import RetryPolicy
from caerus_client.spool import Item, Spool

from strategies.candles import Bar
from strategies.symbols import Symbol
from workers.replay.approver import Approver
from workers.replay.company import Member
from workers.replay.identities import PRODUCER, Identities
from workers.simulator.ea import Ea
from workers.simulator.terminal import Terminal
from workers.simulator.witness import Identity
from workers.trader.trader import Config, Step, Trader

_RETRY = RetryPolicy(delay=0.05, cap=0.5)
_STEP_SECONDS = 120


class Measures:
    """Seconds, as they were seen."""

    def __init__(self) -> None:
        self.post_to_stored: list[float] = []
        self.approved_to_ea: list[float] = []


class _Timed:
    """The EA, with a note of when each command reached it."""

    def __init__(self, ea: Ea, measures: Measures) -> None:
        self._ea, self._measures = ea, measures
        self.taken: set[tuple[str, str]] = set()
        self.progress = asyncio.Event()

    async def execute(self, command: Command) -> Ack:
        issued = getattr(command, "issued_at", None)
        if issued:
            self._measures.approved_to_ea.append(time.time() - datetime.fromisoformat(issued).timestamp())
        return self._took(command, await self._ea.execute(command))

    async def recover(self, command: Command, begun: datetime) -> Ack:
        return self._took(command, await self._ea.recover(command, begun))

    def _took(self, command: Command, ack: Ack) -> Ack:
        if not isinstance(command, CloseCommand):
            kind = "cancel" if isinstance(command, CancelCommand) else "open"
            self.taken.add((kind, command.signal_id))
        self.progress.set()
        return ack


class Driver:
    """`async with Driver(...) as driver: await driver.run(bars)`. `folder` None keeps the terminal in memory."""

    def __init__(
        self,
        who: Identities,
        symbol: Symbol,
        fraction: float,
        folder: Path,
        *,
        durable: bool,
        account: Identity | None = None,
        risk: float = 0.02,
    ) -> None:
        self._account, self._risk, self.company = account, risk, list[Member]()
        self._who, self._symbol, self._fraction, self._folder = who, symbol, fraction, folder
        self.measures = Measures()
        self._ids: dict[str, str] = {}
        self._exit = AsyncExitStack()
        self.terminal = Terminal(symbol, path=folder / "terminal.db" if durable else None)

    async def __aenter__(self) -> Self:
        enter = self._exit.enter_async_context
        spool = self._exit.enter_context(Spool(self._folder / "spool.db"))
        self.ledger = self._exit.enter_context(Ledger(self._folder / "ea.db"))
        self.producer = await enter(
            ProducerClient(
                self._who.base_url,
                PRODUCER,
                self._who.producer_secret,
                spool,
                retry=_RETRY,
                on_outcome=self._outcome,
            )
        )
        self.device = await enter(
            DeviceClient(self._who.base_url, self._who.device_id, self._who.device_secret)
        )
        self.person = await enter(HubClient(self._who.base_url))
        self.approver = Approver(self.person, self._fraction)
        self.trader = Trader(Config(self._symbol), spool, wake=self.producer.wake)
        self.ea = Ea(self.terminal, self.device, self.ledger, risk=self._risk, account=self._account)
        self._handler = _Timed(self.ea, self.measures)
        await self.approver.sign_in()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()
        self.terminal.close()

    @property
    def base_url(self) -> str:
        return self._who.base_url

    @property
    def user_id(self) -> UUID:
        assert self._who.user_id is not None
        return self._who.user_id

    @property
    def device_id(self) -> str:
        return self._who.device_id

    def _outcome(self, item: Item, verdict: Verdict, seconds: float) -> None:
        if verdict.signal_id:
            self._ids[item.key] = verdict.signal_id
        if verdict.outcome == "stored":
            self.measures.post_to_stored.append(seconds)

    async def run(
        self, bars: Iterable[Bar], done: Callable[[int], None] = lambda _: None, *, together: int = 1
    ) -> None:
        """Every bar in turn, then whatever is still on its way.

        `together` lets the trader run ahead until so many bars have something to post.
        """
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self.producer.run())
            serving = group.create_task(self.device.run(self._handler, self.ledger, retry=_RETRY))
            await self._catch_up()
            steps: list[Step] = []
            for number, bar in enumerate(bars, start=1):
                self.ea.on_bar(bar)
                for member in self.company:
                    await member.bar(bar)
                step = await self.trader.step(bar)
                if step.items:
                    steps.append(step)
                if len(steps) >= together:
                    async with asyncio.timeout(_STEP_SECONDS):
                        await self._carry(steps)
                    steps.clear()
                if number % 100 == 0:
                    done(number)
                    await asyncio.sleep(0)
            await self._carry(steps)
            await self._drained()
            sending.cancel()
            serving.cancel()

    async def _catch_up(self) -> None:
        """What a crash left between the steps."""
        await self.producer.settled()
        await self.approver.sweep()

    async def _carry(self, steps: list[Step]) -> None:
        items = [item for step in steps for item in step.items]
        await self.producer.settled([id for step in steps for id in step.ids])
        posted = [self._ids[item.key] for item in items if item.kind == "signal" and item.key in self._ids]
        await self.approver.answer(posted)
        wanted = {("open", id) for id in posted if id in self.approver.approved}
        wanted |= {
            ("cancel", self._ids[item.key])
            for item in items
            if item.kind == "cancel" and self._ids.get(item.key) in self.approver.approved - set(posted)
        }
        while not wanted <= self._handler.taken:
            self._handler.progress.clear()
            await self._handler.progress.wait()
        self._handler.taken.clear()
        await asyncio.gather(*(member.posted(posted) for member in self.company))

    async def _told(self) -> None:
        """The hub has every acknowledgement."""
        while self.ledger.owed(1):
            self.device.owe()
            await asyncio.sleep(0.001)

    async def _drained(self) -> None:
        """The hub has nothing more for the terminal, which owes it nothing."""
        while await self._listed():
            await asyncio.sleep(0.02)
        await self._told()

    async def _listed(self) -> bool:
        try:
            return bool((await self.device.poll()).commands)
        except (Unreachable, ApiProblem):
            return True
