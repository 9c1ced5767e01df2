"""How a trade may go on, and what its parts add up to."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from msgspec.structs import asdict, replace

from hub.core.problems import Conflict
from hub.trading.trades.models import Fill, Money, Plan, Side, Status, Trade, TradeOut, Unopened
from strategies.symbols import ALIASES, SYMBOLS

NEXT: dict[Status, tuple[Status, ...]] = {
    "planned": ("open", "cancelled", "expired"),
    "open": ("open", "partly_closed", "closed"),
    "partly_closed": ("partly_closed", "closed"),
    "closed": (),
    "cancelled": (),
    "expired": (),
}
"""A trade that stays open may still grow or pay swap; what ended never changes."""
REASONS = {
    "tp": "take_profit",
    "sl": "stop_loss",
    "so": "stop_out",
    "client": "manual",
    "mobile": "manual",
    "web": "manual",
}
_PLACES = 8
_SHOWN = [
    name
    for name in TradeOut.__struct_fields__
    if name not in ("trade_id", "profit", "swap", "commission", "net")
]


class OutOfOrder(Conflict):
    title = "Trade has moved on"


def before(to: Status) -> list[Status]:
    """The statuses from which `to` may follow."""
    return [status for status, following in NEXT.items() if to in following]


def check(trade: Trade, to: Status) -> None:
    """`OutOfOrder` when `to` cannot follow."""
    if to not in NEXT[trade.status]:
        raise OutOfOrder(f"The trade is {trade.status}; {to} cannot follow.", trade_status=trade.status)


def stamped_id(at: datetime, key: str) -> UUID:
    """A UUIDv7 of this time whose random bits are the hash of `key`: the same facts get the same id."""
    millis = max(int(at.timestamp() * 1000), 0) & ((1 << 48) - 1)
    random = int.from_bytes(sha256(key.encode()).digest()[:10], "big")
    return UUID(int=(millis << 80) | (0x7 << 76) | (0x2 << 62) | (random & ((0xFFF << 64) | ((1 << 62) - 1))))


def planned(id: UUID, plan: Plan, now: datetime) -> Trade:
    """A trade that is not yet one."""
    return with_ratio(Trade(id=id, created_at=now, updated_at=now, **asdict(plan)))


def opened(
    trade: Trade, at: datetime, price: Decimal, volume: Decimal, ticket: str | None, now: datetime
) -> Trade:
    """The entry was filled: what was planned gives way to what happened."""
    check(trade, "open")
    return with_ratio(
        replace(
            trade,
            status="open",
            entry_time=at,
            entry_price=price,
            volume=volume,
            ticket=ticket or trade.ticket,
            updated_at=now,
        )
    )


def grown(trade: Trade, price: Decimal, volume: Decimal, commission: int) -> Trade:
    """One more fill of the entry: the price is the mean by volume."""
    entry = mean(trade.entry_price, trade.volume, price, volume)
    return with_ratio(
        replace(
            trade,
            volume=trade.volume + volume,
            entry_price=entry,
            commission=trade.commission + commission,
        )
    )


def closed(trade: Trade, fill: Fill, now: datetime) -> Trade:
    """Less is open; when nothing is, the trade has ended. More than is open closes what there is.
    Raises ValueError for a volume that is not above 0.
    """
    if fill.volume <= 0:
        raise ValueError("a part that ended has a volume above 0")
    remaining = trade.volume - trade.closed_volume
    volume = min(fill.volume, remaining)
    whole = volume == remaining
    check(trade, "closed" if whole else "partly_closed")
    after = replace(
        trade,
        status="closed" if whole else "partly_closed",
        closed_volume=trade.closed_volume + volume,
        exit_price=mean(trade.exit_price, trade.closed_volume, fill.price, volume),
        profit=trade.profit + fill.profit,
        swap=trade.swap + fill.swap,
        commission=trade.commission + fill.commission,
        exit_reason=fill.reason or trade.exit_reason,
        exit_time=fill.at if whole else None,
        updated_at=now,
    )
    return with_result(after, fill.equity_before) if whole else after


def ended(trade: Trade, to: Unopened, reason: str | None, now: datetime) -> Trade:
    """A plan that came to nothing."""
    check(trade, to)
    return replace(trade, status=to, exit_reason=reason, updated_at=now)


def mean(price: Decimal | None, volume: Decimal, more_price: Decimal, more: Decimal) -> Decimal:
    """The mean price by volume, to eight places where it does not come out even."""
    if price is None or price == more_price or not volume:
        return more_price
    return round((price * volume + more_price * more) / (volume + more), _PLACES)


def with_ratio(trade: Trade) -> Trade:
    """Reward over risk, as far as entry, stop and target are known: the planned distances, in price."""
    entry, stop, target = trade.entry_price, trade.stop_loss, trade.take_profit
    if entry is None or stop is None or target is None or entry == stop:
        return trade
    return replace(trade, risk_reward_ratio=round(abs(target - entry) / abs(entry - stop), 4))


def with_result(trade: Trade, equity_before: int | None) -> Trade:
    """How long it took (hours), what it made in pips, and in per cent of the equity before it."""
    assert trade.entry_time and trade.exit_time and trade.entry_price is not None
    assert trade.exit_price is not None
    seconds = Decimal(str((trade.exit_time - trade.entry_time).total_seconds()))
    percent = trade.percent_equity_return
    if equity_before and equity_before > 0:
        percent = round(Decimal(100 * net(trade)) / equity_before, 4)
    return replace(
        trade,
        duration_hours=round(seconds / 3600, 4),
        pips=pips(trade.symbol, trade.direction, trade.entry_price, trade.exit_price),
        percent_equity_return=percent,
    )


def pips(name: str, direction: Side, entry: Decimal, exit: Decimal) -> Decimal | None:
    """The way in the trade's favour, in pips of ten points; None for a symbol whose point is not known."""
    symbol = SYMBOLS.get(ALIASES.get(name.upper(), name.upper()))
    if symbol is None:
        return None
    way = exit - entry if direction == "buy" else entry - exit
    return round(way / (Decimal(str(symbol.point)) * 10), 2)


def net(trade: Trade) -> int:
    """What is realised, all costs in, in minor units."""
    return trade.profit + trade.swap + trade.commission


def reason_of(broker: str) -> str:
    """MetaTrader's reason of a deal in our words; one that is not known as it is."""
    name = broker.lower().removeprefix("deal_reason_")
    return REASONS.get(name, name)


def news(was: Status | None, trade: Trade) -> list[str]:
    """The event types that the trade as it now is makes true."""
    began = was in (None, "planned") and trade.status in ("open", "partly_closed", "closed")
    return ["trade.opened"] * began + ["trade.closed"] * (trade.status == "closed" and was != "closed")


def shown(trade: Trade) -> TradeOut:
    """As its owner sees it."""
    return TradeOut(
        trade_id=trade.id,
        profit=Money(trade.profit, trade.currency),
        swap=Money(trade.swap, trade.currency),
        commission=Money(trade.commission, trade.currency),
        net=Money(net(trade), trade.currency),
        **{name: getattr(trade, name) for name in _SHOWN},
    )
