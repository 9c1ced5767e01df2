"""A real trader's decisions in a real hub: each bar once, however often it is decided."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from caerus_client.producer import RetryPolicy

from strategies.symbols import symbol
from tests.hubs import RunningHub
from workers.source import Sample
from workers.trader import Config, run

BARS = 1_900


async def test_each_bar_of_a_trader_is_in_the_log_once(hub: RunningHub, tmp_path: Path) -> None:
    producer, bars = await hub.producer(), list(Sample().candles(BARS))
    config = Config(symbol("XAUUSD"), strategy=f"s-{uuid4().hex[:8]}", version=uuid4().hex[:8])
    for number in (1, 2):  # the second begins from nothing: it decides and tells everything again
        await run(
            config,
            bars,
            hub=hub.base_url,
            producer_id=producer.id,
            secret=producer.key.decode(),
            spool=tmp_path / f"{number}.db",
            retry=RetryPolicy(delay=0.01, cap=0.05),
            now=lambda: datetime.now(UTC),
            flush_seconds=20,
        )
    decided = BARS - config.params.main_bars
    query = "select count(*), count(*) filter (where outcome = 'placed') from research.decisions where strategy = $1"
    [row] = await hub.rows(query, config.strategy)
    [signals] = await hub.rows("select count(*) from trading.signals where producer_id = $1", producer.id)
    assert row[0] == decided and 0 < row[1] <= signals[0]
