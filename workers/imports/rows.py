"""Rows of the old tables as trades, equity points and validation logs. Pure."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.trading.trades import rules
from hub.trading.trades.models import EquityPoint, Side, Status, Trade, ValidationLog
from workers.imports import values
from workers.imports.values import Unfit

Row = dict[str, Any]
"""Column names in lower case."""

_SIDES: dict[str, Side] = {
    **dict.fromkeys(("buy", "long", "bull", "bullish", "1"), "buy"),
    **dict.fromkeys(("sell", "short", "bear", "bearish", "-1"), "sell"),
}
_STATUSES: dict[str, Status] = {
    **dict.fromkeys(("planned", "pending", "placed", "new"), "planned"),
    **dict.fromkeys(("open", "opened", "active", "filled", "running"), "open"),
    **dict.fromkeys(("closed", "close", "done", "completed", "win", "loss", "won", "lost"), "closed"),
    **dict.fromkeys(("cancelled", "canceled", "rejected", "deleted"), "cancelled"),
    "expired": "expired",
}
_TIMES = ("time", "timestamp", "at", "date", "datetime", "created_at")
_LOG_COLUMNS = {"symbol", "timeframe", "strategy", "setup_id", "id", *_TIMES}
_PASSED = ("passed", "valid", "is_valid", "result", "status", "validation_result")
_REASON = ("reason", "message", "validation_message", "error")


class Into(Struct, frozen=True):
    """Whose rows they are, and what they do not say themselves."""

    user_id: UUID
    currency: str
    zone: ZoneInfo
    now: datetime


def first(row: Row, names: tuple[str, ...]) -> Any:
    """The first of these columns that holds something."""
    return next((row[name] for name in names if not values.nothing(row.get(name))), None)


def stamped(into: Into, table: str, at: datetime, row: Row) -> UUID:
    """The same row of the same person gets the same id."""
    plain = json.dumps({name: _plain(value) for name, value in sorted(row.items())})
    return rules.stamped_id(at, sha256(f"{into.user_id}/{table}/{plain}".encode()).hexdigest())


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def trade(row: Row, into: Into) -> Trade:
    """A row of `trades`. `Unfit` says why it is none."""
    entry_time = values.time(row.get("entry_time"), into.zone)
    exit_time = values.time(row.get("exit_time"), into.zone)

    def number(name: str) -> Decimal | None:
        return values.number(row.get(name))

    status = _status(row, exit_time)
    volume = number("volume")
    if volume is None or volume <= 0:
        raise Unfit("the volume is not above 0")
    at = entry_time or values.time(first(row, _TIMES), into.zone)
    if at is None:
        raise Unfit("it says no time")
    _whole(status, entry_time, exit_time, number("entry_price"), number("exit_price"))
    own = values.text(row.get("trade_id"))
    ended = status == "closed"
    return Trade(
        id=stamped(into, "trades", at, {"trade_id": own} if own else row),
        user_id=into.user_id,
        source="import",
        currency=into.currency,
        symbol=_needed(values.text(row.get("symbol"), 40), "symbol").upper(),
        strategy=values.text(row.get("strategy")),
        setup_id=values.text(row.get("setup_id")),
        timeframe=values.text(row.get("timeframe"), 20),
        trade_type=values.text(row.get("trade_type"), 40),
        direction=_direction(row),
        status=status,
        volume=volume,
        closed_volume=volume if ended else Decimal(0),
        entry_price=_price(number("entry_price"), "entry_price"),
        exit_price=_price(number("exit_price"), "exit_price") if ended else None,
        take_profit=number("take_profit"),
        stop_loss=number("stop_loss"),
        entry_time=entry_time,
        exit_time=exit_time if ended else None,
        duration_hours=number("duration_hours"),
        profit=values.minor(row.get("profit"), into.currency) or 0,
        swap=values.minor(row.get("swap"), into.currency) or 0,
        commission=values.minor(row.get("commission"), into.currency) or 0,
        pips=number("pips"),
        risk_reward_ratio=number("risk_reward_ratio"),
        percent_equity_return=number("percent_equity_return"),
        exit_reason=values.text(row.get("exit_reason")),
        created_at=into.now,
        updated_at=into.now,
    )


def _status(row: Row, exit_time: datetime | None) -> Status:
    written = values.text(row.get("status"))
    if written is None:
        return "closed" if exit_time else "open"
    if written.lower() not in _STATUSES:
        raise Unfit(f"the status {written[:60]!r} is not known")
    return _STATUSES[written.lower()]


def _direction(row: Row) -> Side:
    written = _needed(values.text(first(row, ("direction", "side"))), "direction").lower()
    if written not in _SIDES:
        raise Unfit(f"the direction {written[:60]!r} is not known")
    return _SIDES[written]


def _whole(
    status: Status,
    entry_time: datetime | None,
    exit_time: datetime | None,
    entry: Decimal | None,
    exit: Decimal | None,
) -> None:
    """A trade that was open has an entry; one that is closed has an exit, and not before it."""
    if status in ("open", "closed") and (entry_time is None or entry is None):
        raise Unfit(f"it is {status}, and says no entry")
    if status == "closed" and (exit_time is None or exit is None):
        raise Unfit("it is closed, and says no exit")
    if status == "closed" and entry_time and exit_time and exit_time < entry_time:
        raise Unfit("its exit is before its entry")


def _price(price: Decimal | None, name: str) -> Decimal | None:
    if price is not None and price <= 0:
        raise Unfit(f"{name} is not above 0")
    return price


def _needed(value: str | None, name: str) -> str:
    if value is None:
        raise Unfit(f"it says no {name}")
    return value


def point(row: Row, into: Into) -> EquityPoint:
    """A row of `equity`. `Unfit` says why it is none."""
    at = values.time(first(row, _TIMES), into.zone)
    equity = values.minor(first(row, ("equity", "value", "account_equity")), into.currency)
    if at is None or equity is None:
        raise Unfit("it says no time" if at is None else "it says no equity")
    return EquityPoint(
        id=stamped(into, "equity", at, {"equity": equity, "balance": str(row.get("balance"))}),
        user_id=into.user_id,
        source="import",
        currency=into.currency,
        at=at,
        equity=equity,
        balance=values.minor(first(row, ("balance", "account_balance")), into.currency),
    )


def log(row: Row, into: Into) -> ValidationLog:
    """A row of `validation_logs`; columns we have no place for are its details. `Unfit` says why it is none."""
    at = values.time(first(row, _TIMES), into.zone)
    if at is None:
        raise Unfit("it says no time")
    passed = next((name for name in _PASSED if _says(row.get(name))), None)
    known = _LOG_COLUMNS | {*_REASON} | ({passed} if passed else set())
    return ValidationLog(
        id=stamped(into, "validation_logs", at, row),
        user_id=into.user_id,
        source="import",
        at=at,
        symbol=values.text(row.get("symbol"), 40),
        timeframe=values.text(row.get("timeframe"), 20),
        strategy=values.text(row.get("strategy")),
        setup_id=values.text(row.get("setup_id")),
        passed=values.flag(row[passed]) if passed else None,
        reason=values.text(first(row, _REASON), 2_000),
        details={
            name: _detail(value)
            for name, value in row.items()
            if name not in known and not values.nothing(value)
        },
    )


def _says(value: Any) -> bool:
    try:
        return values.flag(value) is not None
    except Unfit:
        return False


def _detail(value: Any) -> Any:
    """As JSON holds it: infinite numbers and bytes as text."""
    if isinstance(value, bool | int) or (isinstance(value, float) and abs(value) != float("inf")):
        return value
    return values.text(value, 10_000)


MAKERS = cast(
    dict[str, Callable[[Row, Into], Any]], {"trades": trade, "equity": point, "validation_logs": log}
)
