"""What an EA tells the hub of its account: sums, positions, and closed trades until they have arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal, NamedTuple

import structlog
from caerus_client.device import DeviceClient
from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.snapshots import Counting, Side, Snapshot, SnapshotDeal, SnapshotPosition, SnapshotQuote
from caerus_client.times import rfc3339

from workers.simulator import checkin
from workers.simulator.terminal import LEVERAGE, Holding, Terminal
from workers.simulator.trades import Trade

log = structlog.get_logger("caerus.ea")

Direction = Literal["in", "out"]

_UNKNOWN_FOR = timedelta(seconds=30)
_DEALS = 500
_REASONS = {"take_profit": "tp", "stop_loss": "sl", "manual": "client"}


class Identity(NamedTuple):
    """Which account it is, as its broker names it."""

    server: str
    login: str
    currency: str = "USD"


class Witness:
    """Reports for preflight once, then sends one snapshot at a time. While the owner has not linked the account it
    asks again every 30 s.
    """

    def __init__(self, terminal: Terminal, client: DeviceClient, account: Identity) -> None:
        self._terminal, self._client, self._account = terminal, client, account
        self._seq = Counting()
        self._told: set[str] = set()
        self._again = datetime.min.replace(tzinfo=UTC)
        self._checked = False

    async def tell(self) -> bool:
        """Whether the hub has it and believes it; what could not be told is told with the next."""
        now = self._client.clock()
        if now < self._again or self._terminal.quote is None:
            return False
        booked = (deal for trade in self._terminal.filled() for deal in self._deals(trade))
        deals = tuple(islice((deal for deal in booked if deal.deal not in self._told), _DEALS))
        try:
            await self._check_in(now)
            taken = await self._client.snapshot(self._snapshot(now, deals))
        except Unreachable:
            return False
        except ApiProblem as problem:
            if problem.status == 404:
                self._again = now + _UNKNOWN_FOR
            log.info("snapshot.refused", status=problem.status, why=str(problem))
            return False
        if taken.doubt is None:
            self._told |= {deal.deal for deal in deals}
        return taken.doubt is None

    async def _check_in(self, now: datetime) -> None:
        """Once a process; what was found is logged for who runs the terminal. A refusal keeps no snapshot back."""
        if self._checked:
            return
        account, skew = self._account, self._client.clock.offset
        report = checkin.report(
            self._terminal.symbol,
            self._seq.next(now),
            now,
            skew,
            server=account.server,
            login=account.login,
            currency=account.currency,
        )
        try:
            answer = await self._client.preflight(report)
        except ApiProblem as problem:
            log.info("preflight.refused", status=problem.status, why=str(problem))
            return
        self._checked = True
        for found in answer.findings:
            log.info("preflight.found", reason=found.reason, severity=found.severity, mend=found.mend)

    def _snapshot(self, now: datetime, deals: tuple[SnapshotDeal, ...]) -> Snapshot:
        equity, margin = self._terminal.equity, self._terminal.margin
        symbol, quote = self._terminal.symbol, self._terminal.quote
        assert quote is not None
        return Snapshot(
            seq=self._seq.next(now),
            time=rfc3339(now),
            server=self._account.server,
            login=self._account.login,
            currency=self._account.currency,
            balance=_money(self._terminal.balance),
            equity=_money(equity),
            margin=_money(margin),
            free_margin=_money(equity - margin),
            leverage=LEVERAGE,
            positions=tuple(self._position(held) for held in self._terminal.holdings()),
            deals=deals,
            quotes=(
                SnapshotQuote(
                    symbol=symbol.name,
                    bid=symbol.text(quote.bid),
                    ask=symbol.text(quote.ask),
                    time=rfc3339(now),
                ),
            ),
            mode="hedging",
            kind="demo",
        )

    def _position(self, held: Holding) -> SnapshotPosition:
        symbol, quote = self._terminal.symbol, self._terminal.quote
        assert quote is not None
        side: Side = "buy" if held.side == "buy" else "sell"
        return SnapshotPosition(
            ticket=str(held.ticket),
            symbol=symbol.name,
            side=side,
            volume=_money(held.volume),
            open_price=symbol.text(held.price),
            price=symbol.text(quote.bid if side == "buy" else quote.ask),
            profit=_money(held.profit),
            opened_at=_time(held.opened),
            stop=None if held.stop is None else symbol.text(held.stop),
            target=None if held.target is None else symbol.text(held.target),
            comment=held.comment,
        )

    def _deals(self, trade: Trade) -> Iterator[SnapshotDeal]:
        """What the broker booked: the entry, and the exit of what is closed."""
        if trade.side is None or trade.filled_at is None:
            return
        entry: Side = "buy" if trade.side == "buy" else "sell"
        price, at = trade.fill_price or 0.0, trade.filled_at
        yield self._deal(trade, "in", entry, at, price, "expert", "0")
        if trade.state == "closed":
            exit: Side = "sell" if entry == "buy" else "buy"
            price, at, made = trade.close_price or 0.0, trade.closed_at or 0, _money(trade.profit or 0.0)
            reason = "expert" if trade.by_expert else _REASONS.get(trade.close_reason or "", "unknown")
            yield self._deal(trade, "out", exit, at, price, reason, made)

    def _deal(
        self, trade: Trade, direction: Direction, side: Side, at: int, price: float, reason: str, profit: str
    ) -> SnapshotDeal:
        symbol = self._terminal.symbol
        return SnapshotDeal(
            deal=f"{trade.ticket}-{direction}",
            at=_time(at),
            ticket=str(trade.ticket),
            direction=direction,
            side=side,
            symbol=symbol.name,
            volume=_money(trade.fill_volume or 0.0),
            price=symbol.text(price),
            profit=profit,
            reason=reason,
            comment=trade.comment,
        )


def _money(amount: float) -> str:
    return f"{amount:.2f}"


def _time(seconds: int) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
