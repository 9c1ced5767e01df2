"""`caerus import-candles`: real files, bad files, twice."""

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet
import pytest

from hub.core.embedded import Endpoints
from hub.market.candles.models import Timeframe
from tests.hubs import RunningHub
from tests.identity.console import Console, Said
from workers.imports import candles as work
from workers.imports.candles import Imported
from workers.source import BadCandles

GOLD = "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz"
HEAD = "time,open,high,low,close,volume\n"


@pytest.fixture
def console(servers: Endpoints) -> Console:
    return Console(servers.dsn, servers.redis_url)


def run(console: Console, file: Path, name: str, *more: str, timeframe: str = "H1") -> tuple[Said, Any]:
    out = file.parent / "report.json"
    said = console(
        "import-candles", str(file), "--symbol", name, "--timeframe", timeframe, "--json", str(out), *more
    )
    return said, msgspec.json.decode(out.read_bytes()) if said.status == 0 else said.err


async def imported(
    hub: RunningHub, file: Path, name: str, timeframe: Timeframe = "H1", tz: str | None = None
) -> Imported:
    return await work.run(
        hub.res.db, file, name, timeframe, tz=tz, zone="America/New_York", progress=lambda *_: None
    )


async def test_ten_years_of_gold_once(hub: RunningHub, data: Path, name: str) -> None:
    first = await imported(hub, data / GOLD, name)
    assert (first.rows, first.added, first.changed, first.refused_rows) == (57_600, 57_600, 0, 0)
    # Weekends and daily breaks are none; Christmas and New Year in the middle of a week are.
    longest = sorted(first.holes, key=lambda hole: -hole.bars)[:2]
    assert {hole.first[:10] for hole in longest} == {"2013-12-24", "2013-12-31"}
    second = await imported(hub, data / GOLD, name)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 57_600)
    with gzip.open(data / GOLD, "rt") as lines:
        wanted = next(line for line in lines if line.startswith("2015-06-01T12")).split(",")
    [row] = await hub.rows(
        "select open, close, volume from market.candles where symbol = $1 and time = '2015-06-01T12:00Z'",
        name,
    )
    assert tuple(row) == (Decimal(wanted[1]), Decimal(wanted[4]), Decimal(wanted[5]))


async def test_rows_that_are_no_bars_are_left_out_and_named(
    hub: RunningHub, console: Console, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(
        HEAD
        + "2024-03-04T00:00:00Z,1,2,0.5,1.5,10\n"
        + "2024-03-04T01:00:00Z,nan,2,0.5,1.5,10\n"
        + "2024-03-04T02:00:00Z,1,0.2,0.5,1.5,10\n"
        + "2024-03-04T03:30:00Z,1,2,0.5,1.5,10\n"
        + "2024-03-04T04:00:00Z,1,2,0.5,1.5,10\n"
        + "2024-03-04T04:00:00Z,1,2,0.5,1.7,10\n"
        + "2024-03-04T05:00:00Z,1,2\n"
        + "2024-03-04T06:00:00Z,1,2,0.5,1.5,10\n"
    )
    said, report = run(console, file, name)
    assert [(bad["row"], bad["kind"]) for bad in report["refused"]] == [
        (2, "broken"), (3, "broken"), (4, "broken"), (6, "duplicate"), (7, "broken"),
    ]  # fmt: skip
    assert (report["rows"], report["used"], report["duplicates"], report["refused_rows"]) == (8, 3, 1, 5)
    assert [(hole["first"], hole["last"], hole["bars"]) for hole in report["holes"]] == [
        ("2024-03-04T01:00:00Z", "2024-03-04T03:00:00Z", 3),
        ("2024-03-04T05:00:00Z", "2024-03-04T05:00:00Z", 1),
    ]
    assert "row 6" in said.out and "the same time as row 5" in said.out
    rows = await hub.rows("select close from market.candles where symbol = $1 order by time", name)
    assert [row[0] for row in rows] == [Decimal("1.5")] * 3


async def test_a_corrected_bar_replaces_the_one_that_is_known(
    hub: RunningHub, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(HEAD + "2024-03-04T00:00:00Z,1,2,0.5,1.5,10\n2024-03-04T01:00:00Z,1,2,0.5,1.5,10\n")
    await imported(hub, file, name)
    file.write_text(HEAD + "2024-03-04T00:00:00Z,1,2,0.5,1.5,10\n2024-03-04T01:00:00Z,1,2,0.5,1.75,10\n")
    report = await imported(hub, file, name)
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    rows = await hub.rows("select close from market.candles where symbol = $1 order by time", name)
    assert [row[0] for row in rows] == [Decimal("1.5"), Decimal("1.75")]


async def test_a_broker_s_times_want_a_zone_and_parquet_is_read(
    hub: RunningHub, data: Path, tmp_path: Path, name: str
) -> None:
    raw = gzip.decompress((data / "XAUUSD_M15_marcomunt_2024Q1_servertime.csv.gz").read_bytes())
    file = tmp_path / "m15.parquet"
    parquet.write_table(arrow_csv.read_csv(pa.BufferReader(raw)), file)
    with pytest.raises(BadCandles, match="Europe/Athens"):
        await imported(hub, file, name, "M15")
    assert (await imported(hub, file, name, "M15", "Europe/Athens")).added == 5_864
    [row] = await hub.rows("select min(time)::text from market.candles where symbol = $1", name)
    assert row[0].startswith("2024-01-01 23:00:00")


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--symbol", "x!", "--timeframe", "H1"], "no symbol"),
        (["--symbol", "GOLD", "--timeframe", "H2"], "H2"),
        (["--symbol", "GOLD", "--timeframe", "H1", "--tz", "Mars/North"], "no IANA time zone"),
        (["--symbol", "GOLD", "--timeframe", "H1"], "none was found for"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    console: Console, tmp_path: Path, args: list[str], why: str
) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    said = console("import-candles", str(tmp_path / "x.csv"), *args)
    assert said.status in (1, 2) and why in said.err and "Traceback" not in said.err
