"""The house's own table of instruments, as it is shown."""

from decimal import Decimal

from hub.market.instruments.models import Instrument, Instruments
from strategies.symbols import SYMBOLS, Symbol


def listed() -> Instruments:
    return Instruments([_shown(each) for each in SYMBOLS.values()])


def _shown(symbol: Symbol) -> Instrument:
    return Instrument(symbol.name, symbol.digits, Decimal(symbol.text(symbol.point)), symbol.currency)
