"""Traders on the synthetic candles."""

from datetime import UTC, datetime

from caerus_client.spool import Spool

from strategies.symbols import symbol
from workers.trader import Config, Trader

GOLD = symbol("XAUUSD")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
CONFIG = Config(GOLD)
BARS = 2600


def trader(spool, config=CONFIG):
    return Trader(config, spool, now=lambda: NOW)


def contents(spool):
    """Everything ever put, in order."""
    return spool.rows("select kind, key, body from items order by id")


async def uninterrupted(tmp_path, bars, config=CONFIG):
    with Spool(tmp_path / "whole.db") as spool:
        await trader(spool, config).run(bars)
        return contents(spool)
