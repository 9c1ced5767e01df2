"""A simulated broker and terminal that behave like MetaTrader, moods included."""

from workers.mt5.simulated.broker import Broker
from workers.mt5.simulated.clock import SimulatedClock
from workers.mt5.simulated.driver import SimulatedDriver
from workers.mt5.simulated.listing import EURUSD, GOLD, symbol
from workers.mt5.simulated.mood import CALM, WORST, Mood

__all__ = ["CALM", "EURUSD", "GOLD", "WORST", "Broker", "Mood", "SimulatedClock", "SimulatedDriver", "symbol"]
