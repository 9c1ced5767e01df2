"""Our order request as the dictionary that `MetaTrader5.order_send` takes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from workers.mt5.models import OrderRequest, Side

# TRADE_ACTION_*, ORDER_TYPE_*, ORDER_FILLING_*, ORDER_TIME_* of the MQL5 reference
_ACTIONS = {
    "market": 1,
    "close": 1,
    "pending": 5,
    "modify_position": 6,
    "modify_order": 7,
    "cancel": 8,
}
_TYPES = {
    ("market", "buy"): 0,
    ("market", "sell"): 1,
    ("limit", "buy"): 2,
    ("limit", "sell"): 3,
    ("stop", "buy"): 4,
    ("stop", "sell"): 5,
}
_FILLINGS = {"fok": 0, "ioc": 1, "return": 2}
_GTC, _SPECIFIED = 0, 2


def packed(request: OrderRequest, info: Any, tick: Any, position: Any, offset: timedelta) -> dict[str, Any]:
    """`position` is the package's tuple of what is closed; `offset` the distance of server time from UTC."""
    body: dict[str, Any] = {"action": _ACTIONS[request.action], "symbol": request.symbol}
    body |= {"magic": request.magic, "comment": request.comment}
    match request.action:
        case "market":
            body |= _deal(request, request.side, tick) | {"volume": _float(request.volume)} | _levels(request)
        case "close":
            side: Side = "sell" if position.type == 0 else "buy"
            volume = position.volume if request.volume is None else float(request.volume)
            body |= _deal(request, side, tick) | {"volume": volume, "position": request.position}
        case "pending":
            body |= _pending(request, offset) | _levels(request)
        case "modify_position":
            body |= {"position": request.position} | _levels(request)
        case "modify_order":
            body |= {"order": request.order} | _pending(request, offset) | _levels(request)
        case "cancel":
            body |= {"order": request.order}
    return body


def _deal(request: OrderRequest, side: Side, tick: Any) -> dict[str, Any]:
    return {
        "type": _TYPES["market", side],
        "price": tick.ask if side == "buy" else tick.bid,
        "deviation": request.deviation,
        "type_filling": _FILLINGS[request.filling],
        "type_time": _GTC,
    }


def _pending(request: OrderRequest, offset: timedelta) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": _TYPES[request.kind, request.side],
        "price": _float(request.price),
        "type_filling": _FILLINGS["return"],
        "type_time": _GTC,
    }
    if request.volume is not None:
        body["volume"] = float(request.volume)
    if request.expires_at is not None:
        body |= {"type_time": _SPECIFIED, "expiration": int((request.expires_at + offset).timestamp())}
    return body


def _levels(request: OrderRequest) -> dict[str, float]:
    """0 takes a stop or target away."""
    return {"sl": _float(request.stop), "tp": _float(request.target)}


def _float(number: Decimal | None) -> float:
    return 0.0 if number is None else float(number)
