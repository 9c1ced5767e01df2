"""Run as a process and killed: a trader that queues the signals of the synthetic candles."""

import asyncio
import sys
from datetime import UTC, datetime

from caerus_client.spool import Spool

from strategies.symbols import symbol
from workers.source import Sample
from workers.trader import Config, Trader

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


async def main(path: str, bars: int) -> None:
    with Spool(path) as spool:
        trader = Trader(Config(symbol("XAUUSD")), spool, now=lambda: NOW)
        await trader.run(Sample().candles(bars))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
