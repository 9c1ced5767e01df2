"""What a broker books: balance, positions and deals, in whole minor units.

The profit of a position is (price - open) x contract x volume, rounded half to even to a minor unit,
so that equity is the balance plus what the positions show, exactly. Profit is in the account's
currency: there is no conversion.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count

from msgspec.structs import replace

from workers.mt5.models import Deal, Direction, Mode, OrderRequest, Reason, Side, SymbolInfo

_AVERAGE = Decimal("1e-8")


@dataclass(slots=True)
class Held:
    """An open position. `swap` in minor units."""

    ticket: int
    info: SymbolInfo
    side: Side
    volume: Decimal
    price: Decimal
    stop: Decimal | None
    target: Decimal | None
    magic: int
    comment: str
    opened_at: datetime
    swap: int = 0

    @property
    def sign(self) -> int:
        return 1 if self.side == "buy" else -1


@dataclass(frozen=True, slots=True)
class Fill:
    """So much of an order was dealt at a price."""

    order: int
    request: OrderRequest
    info: SymbolInfo
    side: Side
    volume: Decimal
    price: Decimal
    at: datetime
    reason: Reason = "expert"


class Books:
    """One account's. `commission` is minor units a lot, taken at each deal."""

    def __init__(self, mode: Mode, currency_digits: int = 2, commission: int = 0) -> None:
        self.mode, self._commission = mode, commission
        self._minor = Decimal(10) ** currency_digits
        self._tickets = count(700_001)
        self.balance = 0
        self.deals: list[Deal] = []
        self.positions: dict[int, Held] = {}

    def deposit(self, amount: int, at: datetime) -> Deal:
        """Put in `amount` minor units, or take them out."""
        self.balance += amount
        zero = Decimal(0)
        deal = Deal(
            next(self._tickets),
            0,
            0,
            "",
            None,
            "none",
            zero,
            zero,
            amount,
            0,
            0,
            "other",
            0,
            "",
            at,
            paid=True,
        )
        self.deals.append(deal)
        return deal

    def profit(self, held: Held, price: Decimal, volume: Decimal | None = None) -> int:
        """Minor units that `volume` of a position (None: all) brings at `price`, without swap."""
        size = held.info.contract_size * (held.volume if volume is None else volume)
        return self._whole((price - held.price) * held.sign * size)

    def margin(self, held: Held, leverage: int) -> int:
        """Minor units that a position binds; the price's sign does not matter."""
        return self._whole(abs(held.price) * held.info.contract_size * held.volume / leverage)

    def open(self, fill: Fill) -> Deal:
        """Book a fill that names no position: netting nets it, hedging opens one."""
        held = self._of_symbol(fill.info.name) if self.mode == "netting" else None
        if held is None:
            self._hold(fill, fill.order, fill.volume)
            return self._book(fill, fill.order, "in", 0, 0)
        if held.side == fill.side:
            self._add(held, fill)
            return self._book(fill, held.ticket, "in", 0, 0)
        if fill.volume <= held.volume:
            return self.close(held, fill)
        return self._reverse(held, fill)

    def close(self, held: Held, fill: Fill) -> Deal:
        """Book a fill against a position; `fill.volume` is at most the position's."""
        profit = self.profit(held, fill.price, fill.volume)
        swap = held.swap if fill.volume == held.volume else 0
        held.volume -= fill.volume
        if not held.volume:
            del self.positions[held.ticket]
        else:
            held.swap -= swap
        return self._book(fill, held.ticket, "out", profit, swap)

    def floating(self, price: Callable[[Held], Decimal]) -> int:
        """Minor units the open positions would bring, swap included."""
        return sum(self.profit(held, price(held)) + held.swap for held in self.positions.values())

    def dealt(self, deals: Iterable[Deal] | None = None) -> int:
        """What deals did to the balance."""
        return sum(each.profit + each.swap + each.commission for each in deals or self.deals)

    def _of_symbol(self, name: str) -> Held | None:
        return next((held for held in self.positions.values() if held.info.name == name), None)

    def _hold(self, fill: Fill, ticket: int, volume: Decimal) -> None:
        asked, more = fill.request, self.positions.get(ticket)
        if more is not None:  # the rest of an order that was filled in parts
            self._add(more, fill)
            return
        self.positions[ticket] = Held(
            ticket,
            fill.info,
            fill.side,
            volume,
            fill.price,
            asked.stop,
            asked.target,
            asked.magic,
            asked.comment,
            fill.at,
        )

    def _add(self, held: Held, fill: Fill) -> None:
        total = held.volume + fill.volume
        held.price = ((held.price * held.volume + fill.price * fill.volume) / total).quantize(_AVERAGE)
        held.volume = total
        if self.mode == "netting":  # the newest order's stops count
            held.stop, held.target = fill.request.stop or held.stop, fill.request.target or held.target

    def _reverse(self, held: Held, fill: Fill) -> Deal:
        """The position keeps its ticket, as POSITION_IDENTIFIER does."""
        profit, swap = self.profit(held, fill.price), held.swap
        rest = fill.volume - held.volume
        del self.positions[held.ticket]
        self._hold(fill, held.ticket, rest)
        return self._book(fill, held.ticket, "inout", profit, swap)

    def _book(self, fill: Fill, position: int, direction: Direction, profit: int, swap: int) -> Deal:
        commission = -self._whole(self._commission * fill.volume / self._minor)
        deal = Deal(
            ticket=next(self._tickets),
            order=fill.order,
            position=position,
            symbol=fill.info.name,
            side=fill.side,
            direction=direction,
            volume=fill.volume,
            price=fill.price,
            profit=profit,
            swap=swap,
            commission=commission,
            reason=fill.reason,
            magic=fill.request.magic,
            comment=fill.request.comment,
            at=fill.at,
        )
        self.balance += profit + swap + commission
        self.deals.append(deal)
        return deal

    def _whole(self, amount: Decimal) -> int:
        return int((amount * self._minor).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def against(held: Held, reason: Reason) -> OrderRequest:
    """The request a broker makes for itself when it closes a position."""
    note = {"stop_loss": f"[sl {held.stop}]", "take_profit": f"[tp {held.target}]"}.get(reason, "[so]")
    request = OrderRequest("close", held.info.name, side="sell" if held.side == "buy" else "buy")
    return replace(request, position=held.ticket, magic=held.magic, comment=note, volume=held.volume)
