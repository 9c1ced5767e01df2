"""Trades from the deals of an account, as MetaTrader books them. Pure: no await, no clock, no database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hub.trading.commands.rules import command_in
from hub.trading.trades import rules
from hub.trading.trades.models import Deal, Fill, Meant, Side, Trade


class Whose(Struct, frozen=True):
    """Whose deals they are."""

    user_id: UUID
    account_id: UUID
    currency: str


class Books(Struct, frozen=True):
    """What the deals of an account come to. Every minor unit of theirs is in one of the three.

    `orphans` are deals that belong to no entry we know of: a history that was cut off.
    """

    trades: list[Trade]
    deposits: int
    orphans: list[Deal]

    def balance(self) -> int:
        """Deposits, what trades realised, and orphans, in minor units."""
        realised = sum(rules.net(trade) for trade in self.trades)
        return self.deposits + realised + sum(money(deal) for deal in self.orphans)

    def equity(self, floating: int) -> int:
        """The balance and what open positions are worth at the moment."""
        return self.balance() + floating


class _Account:
    """The state of one walk through the deals."""

    def __init__(self, whose: Whose, now: datetime, balance: int) -> None:
        self.whose, self.now, self.balance = whose, now, balance
        self.open: dict[str, Trade] = {}
        self.legs: dict[str, int] = {}
        self.before: dict[UUID, int] = {}
        self.done: list[Trade] = []
        self.orphans: list[Deal] = []
        self.deposits = 0

    def take(self, deal: Deal) -> None:
        if deal.kind == "balance":
            self.deposits += money(deal)
        elif not self._trade(deal):
            self.orphans.append(deal)
        self.balance += money(deal)

    def _trade(self, deal: Deal) -> bool:
        """Whether the deal found its place."""
        trade = self.open.get(deal.ticket)
        if deal.side is None or deal.symbol is None or deal.volume <= 0:
            return False
        if deal.direction in ("in", "inout") and trade is None:
            self._begin(deal, deal.side, deal.symbol, deal.volume, deal.profit, deal.swap, deal.commission)
        elif trade is None or deal.direction == "none":
            return False
        elif deal.direction == "in":
            return self._grow(trade, deal)
        elif deal.direction == "out":
            self._close(trade, deal, deal.commission)
        else:
            self._turn(trade, deal, deal.side, deal.symbol)
        return True

    def _begin(
        self, deal: Deal, side: Side, symbol: str, volume: Decimal, profit: int, swap: int, commission: int
    ) -> None:
        leg = self.legs[deal.ticket] = self.legs.get(deal.ticket, -1) + 1
        key = f"{self.whose.account_id}/{deal.ticket}/{leg}"
        trade = Trade(
            id=rules.stamped_id(deal.at, key),
            user_id=self.whose.user_id,
            account_id=self.whose.account_id,
            currency=self.whose.currency,
            ticket=deal.ticket,
            leg=leg,
            symbol=symbol,
            direction=side,
            status="open",
            volume=volume,
            entry_price=deal.price,
            entry_time=deal.at,
            profit=profit,
            swap=swap,
            commission=commission,
            created_at=self.now,
            updated_at=self.now,
        )
        self.open[deal.ticket] = trade
        self.before[trade.id] = self.balance

    def _grow(self, trade: Trade, deal: Deal) -> bool:
        if deal.side != trade.direction:
            return False
        more = rules.grown(trade, deal.price, deal.volume, deal.commission)
        self.open[deal.ticket] = replace(more, profit=more.profit + deal.profit, swap=more.swap + deal.swap)
        return True

    def _close(self, trade: Trade, deal: Deal, commission: int) -> None:
        fill = Fill(
            at=deal.at,
            price=deal.price,
            volume=deal.volume,
            profit=deal.profit,
            swap=deal.swap,
            commission=commission,
            reason=rules.reason_of(deal.reason),
            equity_before=self.before[trade.id],
        )
        after = rules.closed(trade, fill, self.now)
        if after.status == "closed":
            del self.open[deal.ticket]
            self.done.append(after)
        else:
            self.open[deal.ticket] = after

    def _turn(self, trade: Trade, deal: Deal, side: Side, symbol: str) -> None:
        """A netting position turned round: profit and swap are of what ended, the commission is shared by volume."""
        rest = deal.volume - (trade.volume - trade.closed_volume)
        share = deal.commission if rest <= 0 else shared(deal.commission, deal.volume - rest, deal.volume)
        self._close(trade, deal, share)
        if rest > 0:
            self._begin(deal, side, symbol, rest, 0, 0, deal.commission - share)


def money(deal: Deal) -> int:
    """What a deal did to the balance, in minor units."""
    return deal.profit + deal.swap + deal.commission


def shared(amount: int, part: Decimal, whole: Decimal) -> int:
    """The share of `part`, rounded half to even."""
    return int((amount * part / whole).to_integral_value(ROUND_HALF_EVEN))


def build(deals: Iterable[Deal], whose: Whose, now: datetime, before: int = 0) -> Books:
    """Trades oldest entry first. A deal told twice counts once; the order they come in does not matter.

    `before` is the balance before the first of them.
    """
    account = _Account(whose, now, before)
    for deal in in_order(deals):
        account.take(deal)
    trades = sorted([*account.done, *account.open.values()], key=lambda trade: (trade.entry_time, trade.id))
    return Books(trades, account.deposits, account.orphans)


def in_order(deals: Iterable[Deal]) -> Sequence[Deal]:
    """By time, then by the broker's number, each once."""
    once = {deal.deal: deal for deal in deals}
    return sorted(once.values(), key=lambda deal: (deal.at, len(deal.deal), deal.deal))


def commands(deals: Iterable[Deal]) -> dict[str, UUID]:
    """The command of ours that each ticket was opened by, as its comment says."""
    found = ((deal.ticket, command_in(deal.comment)) for deal in deals if deal.direction == "in")
    return {ticket: id for ticket, id in found if id is not None}


def with_order(trade: Trade, deals: Iterable[Deal], meant: Mapping[UUID, Meant]) -> Trade:
    """With what its signal meant it to be, if it is the first leg of an order of ours."""
    id = commands(deal for deal in deals if deal.ticket == trade.ticket).get(trade.ticket or "")
    if id is None or trade.leg or (order := meant.get(id)) is None:
        return trade
    return rules.with_ratio(
        replace(
            trade,
            signal_id=order.signal_id,
            strategy=order.strategy,
            setup_id=order.setup_id,
            trade_type=order.trade_type,
            stop_loss=order.stop,
            take_profit=order.target,
        )
    )


def go_on(known: Trade, built: Trade) -> Trade | None:
    """The stored trade brought up to what the deals say; None when nothing is new. `OutOfOrder` when it has ended
    otherwise. What deals do not tell (strategy, stop, target, when it was planned) stays.
    """
    after = rules.with_ratio(
        replace(
            built,
            id=known.id,
            source=known.source,
            signal_id=known.signal_id,
            strategy=known.strategy,
            setup_id=known.setup_id,
            timeframe=known.timeframe,
            trade_type=known.trade_type,
            take_profit=known.take_profit,
            stop_loss=known.stop_loss,
            created_at=known.created_at,
        )
    )
    if known.status == "closed":
        # It was measured by the balance as it was known then; deals of before, that come late, do not change it.
        after = replace(after, percent_equity_return=known.percent_equity_return)
    if replace(after, updated_at=known.updated_at) == known:
        return None
    rules.check(known, after.status)
    return after
