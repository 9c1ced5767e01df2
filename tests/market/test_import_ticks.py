"""`caerus import-ticks`: MetaTrader's export, plain files, bad files, twice."""

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from hub.core.embedded import Endpoints
from hub.market.quotes.fetch import get_ticks
from tests.hubs import RunningHub
from tests.identity.console import Console
from workers.imports import ticks as work
from workers.imports.ticks import ImportedTicks
from workers.source import BadCandles, TickFile

HEAD = "time,bid,ask\n"
MT5 = (
    "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\r\n"
    "2024.03.04\t09:00:00.125\t2082.10\t\t\t\t2\r\n"
    "2024.03.04\t09:00:00.250\t2082.11\t2082.31\t\t\t6\r\n"
    "2024.03.04\t09:00:01.000\t2082.15\t\t\t\t2\r\n"
    "2024.03.04\t09:00:01.500\t\t2082.40\t\t\t4\r\n"
)
NINE = datetime(2024, 3, 4, 7, tzinfo=UTC)
"""In Athens."""


@pytest.fixture
def console(servers: Endpoints) -> Console:
    return Console(servers.dsn, servers.redis_url)


async def imported(hub: RunningHub, file: Path, name: str, tz: str | None = None) -> ImportedTicks:
    return await work.run(hub.res.db, file, name, "file", tz=tz, progress=lambda *_: None)


async def stored(hub: RunningHub, name: str) -> list[Any]:
    query = "select time, bid, ask from market.ticks where symbol = $1 order by time, bid, ask"
    return [tuple(row) for row in await hub.rows(query, name)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_metatrader_s_export_carries_prices_on(
    hub: RunningHub, tmp_path: Path, name: str, encoding: str
) -> None:
    file = tmp_path / "gold.csv"
    file.write_bytes(MT5.encode(encoding))
    with pytest.raises(BadCandles, match="Europe/Athens"):
        await imported(hub, file, name)
    first = await imported(hub, file, name, "Europe/Athens")
    assert (first.rows, first.added, [(bad.row, bad.reason) for bad in first.refused]) == (
        4, 3, [(1, "a number is missing")],
    )  # fmt: skip
    assert await stored(hub, name) == [
        (NINE + timedelta(milliseconds=250), Decimal("2082.11"), Decimal("2082.31")),
        (NINE + timedelta(milliseconds=1000), Decimal("2082.15"), Decimal("2082.31")),
        (NINE + timedelta(milliseconds=1500), Decimal("2082.15"), Decimal("2082.4")),
    ]
    second = await imported(hub, file, name, "Europe/Athens")
    assert (second.added, second.unchanged) == (0, 3)


async def test_rows_that_are_no_ticks_are_left_out_and_named(
    hub: RunningHub, console: Console, tmp_path: Path, name: str
) -> None:
    file, out = tmp_path / "bad.csv.gz", tmp_path / "report.json"
    rows = (
        "2024-03-04T00:00:01Z,1.5,1.6\n2024-03-04T00:00:00Z,1.5,1.6\n2024-03-04T00:00:01Z,1.5,1.6\n"
        "2024-03-04T00:00:02Z,nan,1.6\n2024-03-04T00:00:03Z,0,1.6\n2024-03-04T00:00:04Z,1.7,1.6\n"
        "2024-03-04T00:00:05Z,,1.6\n2024-03-04T00:00:06Z,1.5\nsoon,1.5,1.6\n2999-01-01T00:00:00Z,1.5,1.6\n"
        "1969-12-31T00:00:00Z,1.5,1.6\n2024-03-04T00:00:07Z,1.5,inf\n"
    )
    file.write_bytes(gzip.compress((HEAD + rows).encode()))
    said = console("import-ticks", str(file), "--symbol", name, "--source", "mine", "--json", str(out))
    assert said.status == 0, said.err
    report = msgspec.json.decode(out.read_bytes())
    assert [(bad["row"], bad["kind"]) for bad in report["refused"]] == [
        (3, "duplicate"), *((row, "broken") for row in range(4, 13)),
    ]  # fmt: skip
    assert (report["rows"], report["used"], report["added"], report["refused_rows"]) == (12, 2, 2, 10)
    assert "row 6" in said.out and "the ask is below the bid" in said.out
    assert len(await stored(hub, name)) == 2
    assert await hub.rows("select 1 from market.quotes where symbol = $1", name) == []


async def test_parquet_is_read_and_a_file_is_a_source(hub: RunningHub, tmp_path: Path, name: str) -> None:
    file = tmp_path / "gold.parquet"
    times = [NINE + timedelta(seconds=n) for n in range(100)]
    bids = [2000 + n / 100 for n in range(100)]
    columns = {
        "time": pa.array(times, pa.timestamp("us", "UTC")),
        "bid": bids,
        "ask": [b + 0.2 for b in bids],
    }
    parquet.write_table(pa.table(columns), file)
    assert (await imported(hub, file, name)).added == 100
    source = TickFile(file, name, name="again")
    found = await get_ticks(hub.res, source, name, NINE + timedelta(seconds=10), NINE + timedelta(seconds=90))
    assert [each.time for each in found] == times[10:90]
    assert await source.ticks("OTHER", NINE, NINE + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--symbol", "x!"], "no symbol"),
        (["--symbol", "GOLD", "--source", "gateway:mine"], "no name of a source"),
        (["--symbol", "GOLD", "--tz", "Mars/North"], "no IANA time zone"),
        (["--symbol", "GOLD"], "none was found for"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    console: Console, tmp_path: Path, args: list[str], why: str
) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    said = console("import-ticks", str(tmp_path / "x.csv"), *args)
    assert said.status in (1, 2) and why in said.err and "Traceback" not in said.err
