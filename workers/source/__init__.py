"""Where candles come from: files that are checked before they are used, and an endless synthetic sample."""

from workers.source.fetch import fetch
from workers.source.files import FileSource, stored
from workers.source.load import load, read
from workers.source.report import BadCandles, BadRow, Gap, Report
from workers.source.sample import Sample
from workers.source.ticks import TickFile, Ticks, read_ticks

__all__ = [
    "BadCandles",
    "BadRow",
    "FileSource",
    "Gap",
    "Report",
    "Sample",
    "TickFile",
    "Ticks",
    "fetch",
    "load",
    "read",
    "read_ticks",
    "stored",
]
