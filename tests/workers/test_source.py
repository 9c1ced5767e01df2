"""Files of candles: read right, and what is wrong with them never used in silence."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from strategies.candles import Bar
from workers.source import BadCandles, Gap, load, read

HEAD = "time,open,high,low,close,volume"
DATA = Path(__file__).parents[3] / "shared" / "data"


def stamp(hour: int) -> str:
    return f"2024-01-0{2 + hour // 24}T{hour % 24:02}:00:00Z"


def good(hour: int, price: float = 100.0) -> str:
    return f"{stamp(hour)},{price},{price + 2},{price - 2},{price + 1},{10 + hour}"


def write(tmp_path: Path, *lines: str, name: str = "bars.csv") -> Path:
    path = tmp_path / name
    raw = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


@pytest.mark.parametrize("name", ["bars.csv", "bars.csv.gz"])
def test_a_sound_file(tmp_path, name):
    candles, report = load(write(tmp_path, HEAD, *map(good, range(5)), name=name))
    first = datetime(2024, 1, 2, tzinfo=UTC).timestamp()
    assert candles.bar(1) == Bar(int(first) + 3600, 100.0, 102.0, 98.0, 101.0, 11.0)
    assert (report.rows, report.used, report.timeframe, report.bad, report.gaps) == (5, 5, 3600, (), ())


BROKEN = {
    "0,1,2": "3 columns instead of 6",
    f"{stamp(1)},1,2,0.5,1,1,9": "7 columns instead of 6",
    "soon,100,102,98,101,1": "'soon' is not a time",
    ",100,102,98,101,1": "'' is not a time",
    f"{stamp(1)},x,102,98,101,1": "x is not a number",
    f"{stamp(1)},,102,98,101,1": " is not a number",
    f"{stamp(1)},1_00,102,98,101,1": "1_00 is not a number",
    f"{stamp(1)},nan,102,98,101,1": "a price is not finite",
    f"{stamp(1)},100,inf,98,101,1": "a price is not finite",
    f"{stamp(1)},100,102,0,101,1": "a price is not positive",
    f"{stamp(1)},100,102,-98,101,1": "a price is not positive",
    f"{stamp(1)},100,100.5,98,101,1": "the high is below the open, the low or the close",
    f"{stamp(1)},100,97,98,96,1": "the high is below the open, the low or the close",
    f"{stamp(1)},100,102,100.5,101,1": "the low is above the open or the close",
    f"{stamp(1)},100,102,98,101,-1": "the volume is negative or no number",
    f"{stamp(1)},100,102,98,101,": " is not a number",
    "2024-01-02T01:30:00Z,100,102,98,101,1": "its time does not open a bar of 3600 s",
    "2024-01-02T01:00:00.500Z,100,102,98,101,1": "its time does not open a bar of 3600 s",
}


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_row_is_refused_by_name_or_left_out_and_reported(tmp_path, line):
    path = write(tmp_path, HEAD, good(0), line, good(2), good(3), good(4))
    with pytest.raises(BadCandles) as caught:
        load(path)
    assert f"row 2: {BROKEN[line]}" in str(caught.value)
    assert 'on_bad="skip"' in str(caught.value)
    candles, report = load(path, on_bad="skip", timeframe=3600)
    assert [(bad.row, bad.kind, bad.reason) for bad in report.bad] == [(2, "broken", BROKEN[line])]
    assert candles.volume.tolist() == [10.0, 12.0, 13.0, 14.0]
    assert (report.rows, report.used) == (5, 4)


def test_duplicates_and_rows_that_go_back(tmp_path):
    path = write(tmp_path, HEAD, good(0), good(1), good(1, 200.0), good(3), good(2), good(4), good(0))
    with pytest.raises(BadCandles) as caught:
        load(path)
    assert "2 duplicate (keep one row for each time): row 3: the same time as row 2; row 7" in str(
        caught.value
    )
    assert "1 out of order (sort the file by time" in str(caught.value)
    candles, report = load(path, on_bad="skip")
    assert [(bad.row, bad.kind) for bad in report.bad] == [
        (3, "duplicate"), (5, "out of order"), (7, "duplicate"),
    ]  # fmt: skip
    assert candles.volume.tolist() == [10.0, 11.0, 13.0, 14.0]
    assert candles.open.tolist() == [100.0] * 4


def test_every_row_after_one_from_the_future_goes_back(tmp_path):
    _, report = read(write(tmp_path, HEAD, good(0), good(1), good(5), good(2), good(3), good(6)))
    assert [(bad.row, bad.kind) for bad in report.bad] == [(4, "out of order"), (5, "out of order")]


def test_only_the_first_bad_rows_are_named(tmp_path):
    path = write(tmp_path, HEAD, *map(good, range(3)), *["x,1,1,1,1,1"] * 8)
    with pytest.raises(BadCandles, match=r"8 broken .*row 8: .*; and 3 more") as caught:
        load(path)
    assert "row 9" not in str(caught.value)
    assert caught.value.report is not None
    assert len(caught.value.report.bad) == 8


def test_numbers_of_rows_hold_after_a_ragged_one(tmp_path):
    path = write(tmp_path, HEAD, good(0), "1,2", good(1), "x,100,102,98,101,1", good(2), good(3))
    _, report = read(path)
    assert [bad.row for bad in report.bad] == [2, 4]


def test_gaps_are_counted_and_weekends_known(tmp_path):
    friday = "2024-01-05T21:00:00Z,100,102,98,101,1"
    sunday = "2024-01-07T23:00:00Z,100,102,98,101,1"
    later = "2024-01-08T03:00:00Z,100,102,98,101,1"
    hours = [f"2024-01-05T{hour}:00:00Z,100,102,98,101,1" for hour in (18, 19, 20)]
    _, report = load(write(tmp_path, HEAD, *hours, friday, sunday, later))
    assert [(gap.bars, gap.is_weekend) for gap in report.gaps] == [(49, True), (3, False)]
    assert "1 gaps besides weekends" in str(report)


def test_a_weekend_is_not_a_week():
    assert not Gap(after=1481317200, before=1481864400, bars=151).is_weekend


def test_bid_prices_are_used_where_there_are_two(tmp_path):
    head = "time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close"
    lines = [f"{stamp(hour)},1,3,0.5,2,1.1,3.1,0.6,2.1" for hour in range(3)]
    candles, _ = load(write(tmp_path, head, *lines))
    assert candles.bar(0)[1:] == (1.0, 3.0, 0.5, 2.0, 0.0)
    asked, _ = load(
        write(tmp_path, head, *lines),
        columns={"open": "ask_open", "high": "ask_high", "low": "ask_low", "close": "ask_close"},
    )
    assert asked.bar(0).high == 3.1


def test_columns_that_are_missing_are_named(tmp_path):
    path = write(tmp_path, "time,open,high,low,last", f"{stamp(0)},1,1,1,1")
    with pytest.raises(BadCandles, match="none was found for close"):
        load(path)
    with pytest.raises(BadCandles, match="none was found"):
        load(path, columns={"price": "last"})
    assert len(load(path, columns={"close": "last"}, timeframe=3600)[0]) == 1


def test_server_time_wants_its_zone(tmp_path):
    head = "time_server,open,high,low,close"
    lines = [f"2024-0{month}-02T0{hour}:00:00,1,1,1,1" for month in (1, 7) for hour in (1, 2)]
    path = write(tmp_path, head, *lines)
    with pytest.raises(BadCandles, match="server times"):
        load(path)
    candles, _ = load(path, timezone="Europe/Athens")
    texts = [datetime.fromtimestamp(t, UTC).strftime("%m-%d %H") for t in candles.time.tolist()]
    assert texts == ["01-01 23", "01-02 00", "07-01 22", "07-01 23"]


def test_times_without_a_zone_are_refused(tmp_path):
    path = write(tmp_path, HEAD, "2024-01-02 00:00,1,1,1,1,1", "2024-01-02 01:00,1,1,1,1,1")
    with pytest.raises(BadCandles, match="do not say their zone"):
        load(path)
    assert len(load(path, timezone="UTC")[0]) == 2
    mixed = write(tmp_path, HEAD, good(0), "2024-01-02 01:00,1,1,1,1,1", good(2))
    with pytest.raises(BadCandles, match="do not say their zone"):
        load(mixed)


def test_hours_that_a_change_of_clocks_skips_or_repeats_are_broken(tmp_path):
    times = [
        "2024-03-31T02",
        "2024-03-31T03",
        "2024-03-31T04",
        "2024-10-27T03",
        "2024-10-27T05",
        "2024-10-27T06",
    ]
    lines = [f"{time}:00:00,1,1,1,1" for time in times]
    _, report = read(
        write(tmp_path, "time,open,high,low,close", *lines), timezone="Europe/Athens", timeframe=3600
    )
    assert [(bad.row, bad.reason.split(" ", 2)[2]) for bad in report.bad] == [
        (2, "does not exist in Europe/Athens"), (4, "occurs twice in Europe/Athens"),
    ]  # fmt: skip


def test_offsets_are_honoured(tmp_path):
    lines = ["2024-01-02T02:00:00+02:00,1,1,1,1,1", "2024-01-02T01:00:00Z,1,1,1,1,1"]
    candles, _ = load(write(tmp_path, HEAD, *lines))
    assert np.diff(candles.time).tolist() == [3600]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe\x00,\n", "cannot be read"),
        (b"a,b\n1,2\n", "none was found for time"),
        (HEAD.encode() + b"\n", "does not tell its timeframe"),
        (HEAD.encode() + b"\n" + good(0).encode() + b"\n", "does not tell its timeframe"),
    ],
)
def test_what_is_no_file_of_candles(tmp_path, raw, said):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    with pytest.raises(BadCandles, match=said):
        load(path)


def test_a_file_cut_off_in_the_middle(tmp_path):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress("\n".join([HEAD, *[good(h) for h in range(48)]]).encode())[:-30])
    with pytest.raises(BadCandles, match="cannot be read"):
        load(path)
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(BadCandles, match="cannot be read"):
        load(tmp_path / "x.parquet")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere.csv")
