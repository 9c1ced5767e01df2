"""What a terminal shows, as the hub takes it. Prices of our structs become text of the hub's; nothing is rounded."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import structlog

from hub.trading.accounts.gateways import Ask
from hub.trading.accounts.looks import MOST_QUOTES, DealIn, Look, OrderIn, PositionIn, QuoteIn
from workers.mt5.errors import MT5Error, UnknownSymbol
from workers.mt5.models import AccountInfo, Deal, Order, Position, Quote, TerminalInfo
from workers.mt5.terminal import Terminal

log = structlog.get_logger("caerus.mt5")

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing is asked for from before."""
MOST = 1_000
"""Deals and waiting orders of one look."""
_WEST = timedelta(hours=12)
"""How far behind UTC a broker's clock may be."""
_QUOTE_SECONDS = 1.0
"""A quote is not worth waiting for: whoever wants the look waits."""
_REASONS = {"stop_loss": "sl", "take_profit": "tp", "stop_out": "so"}


class Seen(NamedTuple):
    """What one look read."""

    terminal: TerminalInfo
    account: AccountInfo
    positions: list[Position]
    deals: list[Deal]
    orders: list[Order]
    quotes: list[Quote]


class Reader:
    """Reads one terminal. Every call may take its time, so a quick look makes three, and one for deals only when
    balance or positions are others than when deals were last read. Where quotes are asked for there is one for each:
    `quoted` are symbols, as the broker calls them, that are quoted even if nothing of them is open.

    Deals and quotes wait until the terminal knows its broker's clock, for the hub keeps their times; the first look
    after that has all deals there are. Until it is taken so do the following.
    """

    def __init__(self, terminal: Terminal, quoted: Sequence[str] = ()) -> None:
        self._terminal, self._quoted = terminal, quoted
        self._seq = 0
        self._known: tuple[object, datetime] | None = None
        self._lacks, self._given = False, datetime.max.replace(tzinfo=UTC)

    async def read(self, ask: Ask, terminal: TerminalInfo, now: datetime) -> Look:
        """A look that began `now`. `MT5Error` if the terminal does not answer, or nothing true can be told."""
        account = await self._terminal.account()
        positions = await self._terminal.positions()
        knows_zone = terminal.knows_zone or await self._learned(positions)
        if knows_zone:
            state = (account.login, account.balance, [(each.ticket, each.volume) for each in positions])
            deals = await self._deals(ask, state, now)
        else:
            deals = await self._no_deals(ask.since)
        orders = await self._terminal.orders() if ask.depth == "all" else []
        self._seq = max(self._seq + 1, int(now.timestamp() * 1000))
        quotes = await self._quotes(positions) if ask.quotes and knows_zone else []
        seen = Seen(terminal, account, positions, deals, orders, quotes)
        return look_of(seen, self._seq, now)

    async def _learned(self, positions: Sequence[Position]) -> bool:
        """Whether the terminal knows its broker's clock once it has looked at quotes: by those that move it learns it."""
        await self._quotes(positions)
        return (await self._terminal.terminal()).knows_zone

    async def _deals(self, ask: Ask, state: object, now: datetime) -> list[Deal]:
        """Empty if the hub has them all."""
        if self._lacks and ask.since is not None and self._given <= ask.since:
            self._lacks = False
        if ask.depth == "quick" and not self._lacks and self._is_known(state, ask.since):
            return []
        deals = await self._terminal.deals(BEGINNING if self._lacks else ask.since or BEGINNING)
        self._known, self._given = (state, now), min(self._given, now)
        return deals

    async def _no_deals(self, since: datetime | None) -> list[Deal]:
        """They wait. Without what was paid in or out since the hub last looked, it would take that for gain or loss."""
        if not self._lacks:
            log.warning("mt5.deals_wait", reason="the broker's clock is not known yet: no quote has moved")
        self._lacks, self._known = True, None
        if since is not None:
            deals = await self._terminal.deals(since)
            if any(each.paid and each.at + _WEST > since for each in deals):
                raise MT5Error("money was paid in or out, and the broker's clock is not known to tell when")
        return []

    async def _quotes(self, positions: Sequence[Position]) -> list[Quote]:
        """As many as the terminal gives readily; the look is good without."""
        found: list[Quote] = []
        for name in list(dict.fromkeys([*self._quoted, *(each.symbol for each in positions)]))[:MOST_QUOTES]:
            try:
                found.append(await self._terminal.quote(name, deadline=_QUOTE_SECONDS))
            except UnknownSymbol:
                continue
            except MT5Error:
                break
        return found

    def _is_known(self, state: object, since: datetime | None) -> bool:
        """Whether the deals behind this state were in a look that the hub has taken since."""
        return (
            self._known is not None
            and since is not None
            and self._known[0] == state
            and self._known[1] <= since
        )


def look_of(seen: Seen, seq: int, at: datetime) -> Look:
    account, terminal = seen.account, seen.terminal
    digits = account.currency_digits
    return Look(
        seq=seq,
        time=at,
        server=account.server,
        login=str(account.login),
        currency=account.currency,
        balance=_money(account.balance, digits),
        equity=_money(account.equity, digits),
        margin=_money(account.margin, digits),
        free_margin=_money(account.free_margin, digits),
        positions=[_position(each, digits) for each in seen.positions],
        deals=[deal_in(each, digits) for each in chosen(seen.deals)],
        orders=[_order(each) for each in seen.orders[-MOST:]],
        quotes=[QuoteIn(each.symbol, each.bid, each.ask, each.at) for each in seen.quotes],
        credit=_money(account.credit, digits),
        mode=account.mode,
        leverage=account.leverage,
        connected=terminal.connected,
        trade_allowed=account.trade_allowed,
        algo_allowed=terminal.algo_allowed,
    )


def chosen(deals: Sequence[Deal]) -> list[Deal]:
    """All, if they are not too many; else money in and out, without which drawdown is wrong, and the newest trades."""
    if len(deals) <= MOST:
        return list(deals)
    return sorted(deals, key=lambda each: (each.side is None, each.at, each.ticket))[-MOST:]


def _money(minor: int, digits: int) -> Decimal:
    return Decimal(minor).scaleb(-digits)


def _position(held: Position, digits: int) -> PositionIn:
    return PositionIn(
        ticket=str(held.ticket),
        symbol=held.symbol,
        side=held.side,
        volume=held.volume,
        open_price=held.open_price,
        price=held.price,
        profit=_money(held.profit, digits),
        opened_at=held.opened_at,
        stop=held.stop,
        target=held.target,
        swap=_money(held.swap, digits),
        comment=held.comment,
    )


def _order(order: Order) -> OrderIn:
    return OrderIn(str(order.ticket), order.symbol, order.side, order.left, order.price, order.comment)


def deal_in(deal: Deal, digits: int) -> DealIn:
    """A deal as the hub takes it; money that is not paid in or out is what trading made."""
    return DealIn(
        deal=str(deal.ticket),
        at=deal.at,
        kind="balance" if deal.paid else "trade",
        ticket=str(deal.position) if deal.position else "",
        direction=deal.direction,
        side=deal.side,
        symbol=deal.symbol or None,
        volume=deal.volume,
        price=deal.price,
        profit=_money(deal.profit, digits),
        swap=_money(deal.swap, digits),
        commission=_money(deal.commission, digits),
        reason=_REASONS.get(deal.reason, deal.reason),
        comment=deal.comment,
    )
