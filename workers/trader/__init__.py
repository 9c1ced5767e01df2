"""The trader: closed bars in, signed signals out, exactly the same ones after a crash."""

from workers.trader.run import run
from workers.trader.trader import Config, Step, Trader

__all__ = ["Config", "Step", "Trader", "run"]
