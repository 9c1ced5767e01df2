"""A simulated MetaTrader 5 terminal, and an Expert Advisor that serves the hub on it."""

from workers.simulator.ea import Ea
from workers.simulator.run import run
from workers.simulator.terminal import BrokerRefusal, Terminal
from workers.simulator.trades import Trade
from workers.simulator.witness import Identity

__all__ = ["BrokerRefusal", "Ea", "Identity", "Terminal", "Trade", "run"]
