"""The driver as a process of its own: `python -m workers.replay.process FILE SYMBOL BARS FOLDER TOGETHER`.

Killed and started again with the same arguments it goes on where it was. When all is done it leaves
a file named `done` in its folder.
"""

import asyncio
import sys
from pathlib import Path

from hub.core import log
from strategies.candles import Candles
from strategies.symbols import SYMBOLS
from workers.replay.driver import Driver
from workers.replay.identities import from_environment
from workers.source.load import load


async def _run(candles: Candles, symbol: str, folder: Path, together: int) -> None:
    driver = Driver(from_environment(), SYMBOLS[symbol], 1.0, folder, durable=True)
    async with driver:
        await driver.run(candles, together=together)
    (folder / "done").touch()


def main(file: str, symbol: str, bars: str, folder: str, together: str) -> None:
    """All arguments as they come from the command line."""
    log.setup("WARNING")
    candles, _ = load(file)
    asyncio.run(_run(candles[: int(bars)], symbol, Path(folder), int(together)))


if __name__ == "__main__":
    main(*sys.argv[1:])
