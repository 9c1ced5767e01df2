"""The Fib-RSI strategy: setups from RSI crosses and Fibonacci levels on H1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strategies.fib_rsi.params import FibRsiParams
from strategies.fib_rsi.setup import Cancel, Decision, Place, Point, Setup, Side

if TYPE_CHECKING:
    from strategies.fib_rsi.engine import FibRsi, run

__all__ = ["Cancel", "Decision", "FibRsi", "FibRsiParams", "Place", "Point", "Setup", "Side", "run"]


def __getattr__(name: str) -> Any:
    """The engine loads numba (half a second): only those who name it pay for it."""
    if name not in ("FibRsi", "run"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from strategies.fib_rsi import engine

    return getattr(engine, name)
