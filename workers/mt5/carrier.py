"""Carries out commands at one terminal, each once, and says what became of them: the handler of a gateway's device.

Two files know what was done: the book has each command before anything is done of it, the sender's journal each order
before it is handed in. A command that is in the book without an order in the journal was surely not sent.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import structlog
from caerus_client.models import Ack, CancelCommand, CloseCommand, Command, OpenCommand

from workers.mt5 import metrics
from workers.mt5.bounds import Refusal, Seen, judged
from workers.mt5.closer import Closer
from workers.mt5.errors import UnknownSymbol
from workers.mt5.fates import Fate
from workers.mt5.models import AccountInfo
from workers.mt5.post import AWAY, LONG_AGO, Post, issued_at
from workers.mt5.settings import Mt5Settings
from workers.simulator.bounds import ends_at, other_account

log = structlog.get_logger("caerus.mt5")

Silence = Callable[[], float]
"""Seconds since the hub was heard."""
Holds = Callable[[], bool]
"""Whether it is this gateway that opens on the account."""


class Carrier:
    """See `caerus_client.device.Handler`. One thing at a time: whoever follows orders takes `turn` too."""

    def __init__(self, post: Post, limits: Mt5Settings, silence: Silence, holds: Holds) -> None:
        self._post, self._limits, self._silence, self._holds = post, limits, silence, holds
        self._closer = Closer(post, limits.close_slippage_points)
        self.turn = asyncio.Lock()
        self._said: str | None = None

    async def execute(self, command: Command) -> Ack | None:
        """None: nothing was done, and could not be now."""
        async with self.turn:
            return _noted(command, await self.carry(command))

    async def recover(self, command: Command, begun: datetime) -> Ack | None:
        """What journal and broker know of an order. One that was surely not sent is as if it had never come: the hub says
        whether it still holds. To close or to cancel is safe to repeat.
        """
        async with self.turn:
            if isinstance(command, OpenCommand):
                return _noted(command, await self._recovered(command))
            return _noted(command, await self.carry(command))

    async def carry(self, command: Command) -> Ack | None:
        """The same, for whoever has the turn."""
        try:
            if isinstance(command, CloseCommand):
                return await self._closer.close(command)
            if isinstance(command, CancelCommand):
                return await self._closer.cancel(command)
            return await self._open(command)
        except AWAY as error:
            self._say(f"{type(error).__name__}: {error}")
            return None

    async def _open(self, command: OpenCommand) -> Ack | None:
        post, id = self._post, command.command_id
        reason = await self._unsafe(command)
        self._say(reason)
        if reason:
            return None
        account = await post.account()
        if other := other_account(command, account.server, str(account.login)):
            return post.ack(id, "refused", error=other)
        known = await post.sender.outcome(id)
        if known.state in ("placed", "unknown"):
            return post.of_outcome(id, known)
        if fate := await self._there(command):
            return post.ack(id, "placed", broker_ticket=str(fate.ticket))
        if await asyncio.to_thread(post.book.withdrawn, id):
            return post.ack(id, "refused", error="it was taken back before it was placed")
        seen = await self._seen(command, account)
        order = seen if isinstance(seen, Refusal) else judged(command, seen, self._limits, post.now())
        if isinstance(order, Refusal):
            return post.ack(id, order.status, error=order.error)
        outcome = await post.sender.send(id, order, unless=partial(self._too_late, command))
        return post.of_outcome(id, outcome)

    async def _there(self, command: OpenCommand) -> Fate | None:
        """What the broker has of it already: another gateway's order, or one of ours whose files were lost."""
        issued = issued_at(command, self._post.now() - LONG_AGO)
        fate = await self._post.find(command.command_id, issued)
        return None if fate is None or fate.state == "rejected" else fate

    def _too_late(self, command: OpenCommand) -> str | None:
        """What may have changed since it was judged, for a terminal may stall: asked in the moment of the order."""
        if not self._holds():
            return "the account's lease ended meanwhile"
        return "it ended meanwhile" if ends_at(command) <= self._post.now() else None

    async def _unsafe(self, command: OpenCommand) -> str | None:
        """Why it may not be opened now, whatever the market: safe mode."""
        if self._silence() > self._limits.safe_after_seconds:
            return "the hub has not been heard for too long"
        if not self._holds():
            return "another gateway executes on this account, or Redis is away"
        found = await self._post.ready()
        if not found.connected:
            return "the terminal is not connected to its broker"
        if not found.algo_allowed:
            return "algorithmic trading is switched off"
        if command.order_type != "market" and not (found.knows_zone or await self._learned(command)):
            return "the broker's clock is not known yet, and the order is to expire by it"
        return None

    async def _learned(self, command: OpenCommand) -> bool:
        """Whether the terminal knows its broker's clock after another look at the symbol's quote."""
        terminal = self._post.terminal
        with suppress(UnknownSymbol):
            await terminal.quote(self._limits.mapped.get(command.instrument, command.instrument))
        return (await terminal.terminal()).knows_zone

    def _say(self, reason: str | None) -> None:
        """Once each."""
        if reason != self._said:
            log.warning("mt5.safe_mode", account=self._post.name, reason=reason or "it is over")
        self._said = reason

    async def _seen(self, command: OpenCommand, account: AccountInfo) -> Seen | Refusal:
        terminal, name = self._post.terminal, self._limits.mapped.get(command.instrument, command.instrument)
        try:
            info = await terminal.symbol(name)
        except UnknownSymbol:
            return Refusal("failed", f"{command.instrument} is not traded here")
        try:
            return Seen(account, info, await terminal.quote(name))
        except UnknownSymbol:
            return Refusal("failed", "the terminal has no quotes")

    async def _recovered(self, command: OpenCommand) -> Ack | None:
        sender, id = self._post.sender, command.command_id
        outcome = await sender.outcome(id)
        if outcome.state == "unknown":
            try:
                await self._post.ready()
                await sender.resolve()
            except AWAY as error:
                self._say(f"{type(error).__name__}: {error}")
            outcome = await sender.outcome(id)
        return self._post.of_outcome(id, outcome)


def _noted(command: Command, ack: Ack | None) -> Ack | None:
    result, why = ("put_off", None) if ack is None else (ack.status, ack.error)
    metrics.commands.labels(result).inc()
    log.info("mt5.command", command=command.command_id, result=result, reason=why)
    return ack
