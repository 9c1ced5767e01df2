"""Orders handed in once. What is not proven is unknown, and what is unknown is not sent again.

An order is proven absent by two looks at the broker's records that show nothing of it, with a
connection (and the right account) before and after each: the first `settle` seconds after it was sent or later, the second
half as long after the first, with no failed look and no login between: a terminal whose connection
comes and goes may show the same old records to both. That holds as long as no terminal delivers an
order later than `settle`, and no records lag half of it behind a reconnect.
"""

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from hub.trading.accounts.gateways import Place
from workers.mt5 import metrics
from workers.mt5.clocks import RealClock
from workers.mt5.errors import MT5Busy, MT5Disconnected, MT5Error, NotSent, OtherAccount, UnknownSymbol
from workers.mt5.journal import Entry, Journal
from workers.mt5.login import sure_of_account
from workers.mt5.marks import mark_of, marked
from workers.mt5.models import OrderRequest
from workers.mt5.outcomes import ABSENT, UNKNOWN, Outcome, Records, answered, proven
from workers.mt5.terminal import Clock, Terminal, Unless

log = structlog.get_logger("caerus.mt5")
SETTLE_SECONDS = 60.0


class Sender:
    """One account's. `key` is the caller's own name of an order: the same key is the same order, for ever.

    With `place` the records of another account, which somebody switched the terminal to, prove nothing.
    """

    def __init__(
        self,
        terminal: Terminal,
        journal: Journal,
        *,
        clock: Clock | None = None,
        settle: float = SETTLE_SECONDS,
        place: Place | None = None,
    ) -> None:
        self._terminal, self._journal, self._place = terminal, journal, place
        self._clock: Clock = clock or RealClock()
        self._settle = timedelta(seconds=settle)
        self._looking = asyncio.Lock()
        self._session = -1  # looks of an earlier process do not count

    async def send(
        self, key: str, request: OrderRequest, *, unless: Unless | None = None, insist: bool = False
    ) -> Outcome:
        """Hand in an order, unless something of it is or may be there: then what is known of that.

        One that is proven absent, or was refused for a reason that passes, is sent again; with `insist` whatever it was
        refused for. `unless` is asked when the terminal is at it: `absent` if it has a reason.
        """
        begin = partial(self._journal.begin, insist=insist)
        entry = await asyncio.to_thread(begin, key, request, self._clock.now())
        if entry is None:
            return await self.outcome(key)
        outcome = await self._hand_in(entry, unless)
        if outcome.state != "unknown":
            await asyncio.to_thread(self._journal.record, entry, outcome)
        metrics.outcomes.labels(outcome.state).inc()
        log.info("mt5.order", key=key, attempt=entry.attempt, state=outcome.state, retcode=outcome.retcode)
        return outcome

    async def outcome(self, key: str) -> Outcome:
        """What is known of an order; `absent` if it was never sent."""
        entry = await asyncio.to_thread(self._journal.find, key)
        return ABSENT if entry is None else entry.outcome

    async def resolve(self) -> dict[str, Outcome]:
        """Look at the broker's records once, and prove what they prove of every unknown order.

        Returns what was proven, by key. To be called on start before anything is sent, and from then on
        while there is something unknown. Raises `MT5Error` if the records cannot be had.
        """
        async with self._looking:
            await self._begin_look()
            unknown = await asyncio.to_thread(self._journal.in_state, "unknown")
            if not unknown:
                return {}
            try:
                records = await self._records(unknown)
            except MT5Error:
                await asyncio.to_thread(self._journal.forget_looks)
                raise
            found = {entry.key: await self._judge(entry, records) for entry in unknown}
            return {key: outcome for key, outcome in found.items() if outcome.state != "unknown"}

    async def untracked(self) -> list[int]:
        """Tickets of open positions that no order of ours made: opened by hand, or by something else."""
        held = await self._terminal.positions()
        owners = await asyncio.to_thread(lambda: [self._journal.owner(each.magic) for each in held])
        return [each.ticket for each, owner in zip(held, owners, strict=True) if owner is None]

    async def _hand_in(self, entry: Entry, unless: Unless | None) -> Outcome:
        request = marked(entry.request, entry.key, entry.attempt)
        try:
            return answered(await self._terminal.send(request, unless=unless))
        except (MT5Busy, NotSent, OtherAccount, UnknownSymbol) as error:
            log.info("mt5.order_not_sent", key=entry.key, kind=type(error).__name__, reason=str(error))
            return ABSENT
        except MT5Error as error:
            log.warning("mt5.order_unknown", key=entry.key, reason=str(error))
            return UNKNOWN

    async def _records(self, unknown: list[Entry]) -> Records:
        """Of one connection: a terminal without a broker shows what it last knew."""
        since = min(entry.sent_at for entry in unknown)
        await self._sure_of_connection()
        records = Records(
            await self._terminal.positions(),
            await self._terminal.orders(),
            await self._terminal.past_orders(since),
            await self._terminal.deals(since),
        )
        await self._sure_of_connection()
        if self._session != self._terminal.logins:
            raise MT5Disconnected("there was a login while the records were read")
        return records

    async def _begin_look(self) -> None:
        """What another session showed does not count any more."""
        if self._session != self._terminal.logins:
            await asyncio.to_thread(self._journal.forget_looks)
            self._session = self._terminal.logins

    async def _sure_of_connection(self) -> None:
        if not (await self._terminal.terminal()).connected:
            raise MT5Disconnected("the terminal is not connected to its broker")
        if self._place is not None:
            sure_of_account(await self._terminal.account(), self._place)

    async def _judge(self, entry: Entry, records: Records) -> Outcome:
        outcome = proven(entry.request, mark_of(entry.key), entry.attempt, records)
        if outcome is None and not await self._is_absent(entry):
            return UNKNOWN
        outcome = outcome or ABSENT
        await asyncio.to_thread(self._journal.record, entry, outcome)
        metrics.resolved.labels(outcome.state).inc()
        log.info("mt5.order_resolved", key=entry.key, attempt=entry.attempt, state=outcome.state)
        return outcome

    async def _is_absent(self, entry: Entry) -> bool:
        now = self._clock.now()
        if entry.empty_at is not None:
            return now - entry.empty_at >= self._settle / 2
        if now - entry.sent_at >= self._settle:
            await asyncio.to_thread(self._journal.empty, entry, now)
        return False
