"""Follows what was placed: its fill, its end, and what became of what nobody knew of."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

import structlog
from caerus_client.device import decode_command
from caerus_client.models import Ack, Command, OpenCommand

from workers.mt5 import metrics
from workers.mt5.carrier import Carrier
from workers.mt5.errors import MT5Error
from workers.mt5.fates import Fate, ended, number, standing
from workers.mt5.marks import mark_of
from workers.mt5.models import OrderRequest
from workers.mt5.pauses import Pauses
from workers.mt5.post import Post, issued_at
from workers.simulator.bounds import ends_at

log = structlog.get_logger("caerus.mt5")


class Followed(NamedTuple):
    """`unknown`: nobody has said yet whether it is there."""

    command: Command
    begun: datetime
    unknown: bool


class Follower:
    """What it finds goes into the book, as acknowledgements that are owed."""

    def __init__(self, post: Post, carrier: Carrier) -> None:
        self._post, self._carrier = post, carrier
        self._pauses = Pauses()

    async def follow(self) -> bool:
        """One look, if there is anything to follow; whether there is news. Raises as `Post`."""
        async with self._carrier.turn:
            followed = [*await self._in_state("unknown"), *await self._in_state("placed")]
            if not followed or not (await self._post.ready()).connected:
                return False
            if any(each.unknown for each in followed):
                await self._post.sender.resolve()
            news = [*await self._of_opens(followed), *await self._of_others(followed)]
            for ack in news:
                await asyncio.to_thread(self._post.book.record, ack)
                metrics.commands.labels(ack.status).inc()
                log.info("mt5.command", command=ack.command_id, result=ack.status, reason=ack.error)
            return bool(news)

    async def _in_state(self, state: Literal["unknown", "placed"]) -> Iterable[Followed]:
        found = await asyncio.to_thread(self._post.book.in_state, state)
        return (Followed(decode_command(each.plain), each.at, state == "unknown") for each in found)

    async def _of_opens(self, followed: list[Followed]) -> list[Ack]:
        opens = [each for each in followed if isinstance(each.command, OpenCommand)]
        fates, news = await self._fates(opens), list[Ack]()
        for each in opens:
            assert isinstance(each.command, OpenCommand)
            fate = fates.get(each.command.command_id)
            if fate is not None:
                news += await self._of_fate(each.command, fate, each.unknown)
            elif each.unknown:
                news += await self._of_journal(each.command.command_id)
        return news

    async def _of_others(self, followed: list[Followed]) -> list[Ack]:
        """To close or to cancel is tried again until somebody knows."""
        others = [each.command for each in followed if not isinstance(each.command, OpenCommand)]
        tried = [await self._carrier.carry(command) for command in others]
        return [ack for ack in tried if ack is not None and ack.status != "unknown"]

    async def _fates(self, opens: list[Followed]) -> dict[str, Fate]:
        """Of those that the broker shows. Its history, which may be long, is read for what is not open any more."""
        if not opens:
            return {}
        terminal = self._post.terminal
        positions, orders = await terminal.positions(), await terminal.orders()
        begun = {each.command.command_id: _since(each) for each in opens}
        found = {id: standing(mark_of(id), positions, orders) for id in begun}
        over = [id for id, fate in found.items() if fate is None]
        if over:
            since = min(begun[id] for id in over)
            past, deals = await terminal.past_orders(since), await terminal.deals(since)
            found |= {id: ended(mark_of(id), past, deals) for id in over}
        return {id: fate for id, fate in found.items() if fate is not None}

    async def _of_fate(self, command: OpenCommand, fate: Fate, unknown: bool) -> list[Ack]:
        """That it is there, its fill, its end."""
        post, id = self._post, command.command_id
        if fate.state == "rejected":
            return [post.ack(id, "failed", error="the broker rejected the order")]
        expired = ends_at(command) <= post.now()
        if fate.state == "pending" and expired:
            await self._withdraw(fate)
        facts = {"broker_ticket": str(fate.ticket)} | _fill(fate)
        news = []
        if unknown or (fate.volume and not await asyncio.to_thread(post.book.fill_told, id)):
            news.append(post.ack(id, "placed", **facts))
        if fate.state not in ("open", "pending"):
            reason = "expired" if fate.state == "cancelled" and expired else fate.close_reason
            closed = {} if fate.close_price is None else {"close_price": number(fate.close_price)}
            news.append(post.ack(id, "closed", close_reason=reason, **facts, **closed))
        return news

    async def _withdraw(self, fate: Fate) -> None:
        """Where the broker takes no expiry, this does; twice is no harm, but a broker counts requests."""
        order, now = str(fate.ticket), self._post.now()
        if not self._pauses.over(order, now):
            return
        self._pauses.begin(order, now)
        try:
            await self._post.terminal.send(OrderRequest("cancel", fate.symbol, order=fate.ticket))
        except MT5Error as error:
            log.warning("mt5.not_withdrawn", kind=type(error).__name__, reason=str(error))

    async def _of_journal(self, id: str) -> list[Ack]:
        outcome = await self._post.sender.outcome(id)
        if outcome.state == "absent":
            return [self._post.ack(id, "failed", error="the broker has no such order")]
        ack = self._post.of_outcome(id, outcome)
        return [ack] if ack is not None and ack.status != "unknown" else []


def _since(each: Followed) -> datetime:
    """It may have been placed before it was begun here: by another gateway, or one whose files are lost."""
    assert isinstance(each.command, OpenCommand)
    return min(each.begun, issued_at(each.command, each.begun))


def _fill(fate: Fate) -> dict[str, str]:
    if not fate.volume or fate.price is None:
        return {}
    return {"fill_price": number(fate.price), "fill_volume": number(fate.volume)}
