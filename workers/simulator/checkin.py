"""What the simulated terminal says of itself before it trades."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from caerus_client.preflight import PreflightReport, PreflightSymbol
from caerus_client.times import rfc3339

from strategies.symbols import Symbol


def report(
    symbol: Symbol, seq: int, now: datetime, skew: timedelta, *, server: str, login: str, currency: str
) -> PreflightReport:
    """A hedging demo account that trades one symbol on our own terms."""
    return PreflightReport(
        seq=seq,
        time=rfc3339(now),
        server=server,
        login=login,
        currency=currency,
        mode="hedging",
        kind="demo",
        leverage=100,
        trade_allowed=True,
        algo_allowed=True,
        symbols=(terms(symbol),),
        skew_ms=int(skew.total_seconds() * 1000),
    )


def terms(symbol: Symbol) -> PreflightSymbol:
    """The symbol as a broker would describe it; a tick is a point."""
    return PreflightSymbol(
        name=symbol.name,
        contract_size=f"{_exact(symbol.tick_value) / _exact(symbol.point):f}",
        digits=symbol.digits,
        tick_size=f"{_exact(symbol.point):f}",
        tick_value=f"{_exact(symbol.tick_value):f}",
        volume_min=f"{_exact(symbol.volume_min):f}",
        volume_step=f"{_exact(symbol.volume_step):f}",
        volume_max=f"{_exact(symbol.volume_max):f}",
        stops_level=symbol.stop_level_points,
        filling=("fok", "ioc"),
        trade_mode="full",
        profit_currency=symbol.currency,
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))
