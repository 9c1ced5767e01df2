"""Closes positions and takes orders back. Both are safe to repeat: what is done already is what was wanted."""

import asyncio
from datetime import datetime
from itertools import count
from time import monotonic

import structlog
from caerus_client.models import Ack, CancelCommand, CloseCommand

from workers.mt5.bounds import closing_filling
from workers.mt5.errors import UnknownSymbol
from workers.mt5.fates import Fate, closed_by, number
from workers.mt5.models import Filling, OrderRequest
from workers.mt5.outcomes import Outcome
from workers.mt5.pauses import Pauses
from workers.mt5.post import LONG_AGO, Post
from workers.mt5.retcodes import PRICE_MOVED

log = structlog.get_logger("caerus.mt5")

_QUICKLY, _QUICK_SECONDS = (0.0, 0.1, 0.2, 0.4, 0.0), 1.0
"""Pauses after attempts to close, in seconds, and when the last may begin."""


class Closer:
    """`slippage` in points. Raises as `Post`; None: nothing was handed in."""

    def __init__(self, post: Post, slippage: int) -> None:
        self._post, self._slippage = post, slippage
        self._pauses = Pauses()

    async def close(self, command: CloseCommand) -> Ack | None:
        """`closed` by the broker's books alone; gone or taken and not booked yet is unknown."""
        post, id, ticket = self._post, command.command_id, command.ticket
        if not self._is_here(command):
            return post.ack(id, "refused", broker_ticket=ticket, error="this terminal is on another account")
        await post.connected()
        fate, outcome = await self._closed_out(command)
        if fate is not None and fate.state == "closed":
            price = None if fate.close_price is None else number(fate.close_price)
            return post.ack(id, "closed", broker_ticket=ticket, close_reason="manual", close_price=price)
        if outcome is None:
            return post.ack(id, "refused", broker_ticket=ticket, error="there is no such position")
        if fate is None or outcome.state == "placed":
            return post.ack(id, "unknown", broker_ticket=ticket)
        return post.of_outcome(id, outcome)

    async def cancel(self, command: CancelCommand) -> Ack | None:
        """What `opens` placed is taken back if it has not filled. As long as it waits the broker's refusal is not the end:
        a market opens again, a price moves away. Nobody would repeat a cancel that was told to be refused.
        """
        post, id = self._post, command.command_id
        if not self._pauses.over(id, post.now()):
            return None
        if await asyncio.to_thread(post.book.state, command.opens) in ("acting", "unknown"):
            return None  # it may be at the broker and may not: nobody knows yet
        await post.connected()
        fate, outcome = await post.find(command.opens), None
        if fate is not None and fate.state == "pending":
            request = OrderRequest("cancel", fate.symbol, order=fate.ticket)
            outcome = await post.sender.send(f"cancel {id}", request, insist=True)
            if outcome.state in ("absent", "unknown"):
                return post.of_outcome(id, outcome)
            fate = await post.find(command.opens) or fate
            if fate.state == "pending" and outcome.state == "refused":
                self._pauses.begin(id, post.now())
                log.warning("mt5.not_cancelled", command=id, retcode=outcome.retcode)
                return None
        self._pauses.forget(id)
        return self._cancelled(id, fate)

    def _cancelled(self, id: str, fate: Fate | None) -> Ack:
        """What the books say now; one that still waits although the broker took the cancel is unknown."""
        if fate is None:
            return self._post.ack(id, "refused", error="there is no such order")
        ticket = str(fate.ticket)
        if fate.state == "cancelled":
            return self._post.ack(id, "closed", broker_ticket=ticket, close_reason="cancelled")
        if fate.state == "pending":
            return self._post.ack(id, "unknown", broker_ticket=ticket)
        return self._post.ack(id, "refused", broker_ticket=ticket, error=f"the order is {fate.state} already")

    def _is_here(self, command: CloseCommand) -> bool:
        """The hub names an account in any case of letters; one that it does not name is this one."""
        server, login = (command.server or self._post.place.server).lower(), command.login
        return (server, login or self._post.place.login) == (
            self._post.place.server.lower(),
            self._post.place.login,
        )

    async def _position(self, command: CloseCommand) -> Fate | None:
        ticket = int(command.ticket) if command.ticket.isascii() and command.ticket.isdigit() else 0
        for held in await self._post.terminal.positions():
            if held.ticket == ticket:
                return Fate("open", ticket, held.symbol, held.volume)
        since = datetime.fromisoformat(command.issued_at) - LONG_AGO
        return closed_by(ticket, await self._post.terminal.deals(since)) if ticket else None

    async def _closed_out(self, command: CloseCommand) -> tuple[Fate | None, Outcome | None]:
        """What there is of the position after a second of trying, and what the last attempt brought: a price that ran
        away is met again at once, and what a close has left open is closed too.
        """
        fate, outcome, began = await self._position(command), None, monotonic()
        for pause in _QUICKLY:
            if fate is None or fate.state != "open":
                break
            before, outcome = fate, await self._close_out(command, fate)
            fate = await self._position(command)
            again = outcome.retcode in PRICE_MOVED or (fate is not None and fate.volume < before.volume)
            if not again or monotonic() - began + pause > _QUICK_SECONDS:
                break
            await asyncio.sleep(pause)
        return fate, outcome

    async def _close_out(self, command: CloseCommand, fate: Fate) -> Outcome:
        """A close that was taken and left something open is followed by another."""
        sender, filled = self._post.sender, await self._filling(fate.symbol)
        request = OrderRequest(
            "close", fate.symbol, position=fate.ticket, deviation=self._slippage, filling=filled
        )
        for nth in count(1):
            key = f"close {command.command_id} {nth}"
            if (await sender.outcome(key)).state != "placed":
                return await sender.send(key, request)
        raise AssertionError

    async def _filling(self, symbol: str) -> Filling:
        try:
            return closing_filling(await self._post.terminal.symbol(symbol))
        except UnknownSymbol:
            return "ioc"
