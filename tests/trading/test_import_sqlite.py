"""`caerus import-sqlite`: the old store, as it may really look, once and again."""

import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hub.core import clock
from hub.core.embedded import Endpoints
from tests.hubs import Person, RunningHub
from tests.identity.console import Console, Said
from workers.imports import run as work
from workers.imports.rows import Into

COLUMNS = """trade_id, setup_id, timeframe, trade_type, direction, entry_price, exit_price, take_profit, stop_loss,
    volume, entry_time, exit_time, duration_hours, profit, pips, risk_reward_ratio, percent_equity_return, exit_reason,
    status, symbol, strategy"""
GOOD: dict[str, Any] = {
    "trade_id": "11", "setup_id": "s-1", "timeframe": "H1", "trade_type": "limit", "direction": "BUY",
    "entry_price": 1990.5, "exit_price": "2000,5", "take_profit": 2010, "stop_loss": None, "volume": "0.10",
    "entry_time": "2024-01-02 10:30:00", "exit_time": "2024.01.02 12:30", "duration_hours": 2.0, "profit": 100.07,
    "pips": 100, "risk_reward_ratio": "3.25", "percent_equity_return": 1.0, "exit_reason": "TP", "status": "Closed",
    "symbol": "xauusd", "strategy": "fib_rsi",
}  # fmt: skip


@pytest.fixture
def console(servers: Endpoints) -> Console:
    return Console(servers.dsn, servers.redis_url)


def write(path: Path, trades: list[dict[str, Any]], *more: str) -> Path:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"create table if not exists trades ({COLUMNS})")
        for each in trades:
            names = ", ".join(each)
            db.execute(
                f"insert into trades ({names}) values ({', '.join('?' * len(each))})", list(each.values())
            )
        for statement in more:
            db.execute(statement)
    return path


def run(console: Console, file: Path, whose: Person, *more: str) -> tuple[Said, Any]:
    out = file.parent / "report.json"
    said = console("import-sqlite", str(file), "--user", whose.email, "--json", str(out), *more)
    return said, msgspec.json.decode(out.read_bytes())["tables"] if said.status == 0 else said.err


async def imported(hub: RunningHub, file: Path, whose: Person, zone: str = "UTC") -> Any:
    """The same in this process."""
    into = Into(whose.id, "USD", ZoneInfo(zone), clock.now())
    return msgspec.to_builtins((await work.run(hub.res.db, file, into, lambda *_: None)).tables)


def counts(outcome: Any) -> tuple[int, ...]:
    return tuple(outcome[name] for name in ("rows", "added", "known", "refused"))


async def test_the_old_store_comes_in_once(hub: RunningHub, tmp_path: Path) -> None:
    person = await hub.person()
    waits = {
        "trade_id": "12",
        "direction": "short",
        "volume": 1,
        "status": "pending",
        "symbol": "EURUSD",
        "entry_time": 1704191400,
    }
    file = write(
        tmp_path / "old.db",
        [GOOD, GOOD, waits],
        "create table equity (timestamp text, equity real, balance real)",
        "insert into equity values ('2024-01-02 10:30:00', 10000.07, null), ('2024-01-02 11:30:00', '10100', 1)",
        "create table validation_logs (timestamp real, setup_id text, result text, reason text, rsi real)",
        "insert into validation_logs values (1704191400, 's-1', 'failed', 'RSI 71', 71.5)",
    )
    first = await imported(hub, file, person)
    assert {name: counts(each) for name, each in first.items()} == {
        "trades": (3, 2, 1, 0), "equity": (2, 2, 0, 0), "validation_logs": (1, 1, 0, 0),
    }  # fmt: skip
    second = await imported(hub, file, person)
    assert {name: counts(each) for name, each in second.items()} == {
        "trades": (3, 0, 3, 0), "equity": (2, 0, 2, 0), "validation_logs": (1, 0, 1, 0),
    }  # fmt: skip
    answer = await hub.call("GET", "/api/v1/trades?status=closed", headers=person.bearer)
    [item] = answer.body["items"]
    wanted = {
        "setup_id": "s-1", "timeframe": "H1", "trade_type": "limit", "direction": "buy", "entry_price": "1990.5",
        "exit_price": "2000.5", "take_profit": "2010", "stop_loss": None, "volume": "0.10", "source": "import",
        "entry_time": "2024-01-02T10:30:00Z", "exit_time": "2024-01-02T12:30:00Z", "duration_hours": "2.0",
        "profit": {"amount_minor": 10007, "currency": "USD"}, "pips": "100", "risk_reward_ratio": "3.25",
        "percent_equity_return": "1.0", "exit_reason": "TP", "status": "closed", "symbol": "XAUUSD",
        "strategy": "fib_rsi",
    }  # fmt: skip
    assert {name: item[name] for name in wanted} == wanted
    points = await hub.rows(
        "select equity, balance from trading.equity_points where user_id = $1 order by at", person.id
    )
    assert [tuple(row) for row in points] == [(1_000_007, None), (1_010_000, 100)]
    [log] = await hub.rows(
        "select passed, reason, details from trading.validation_logs where user_id = $1", person.id
    )
    assert tuple(log) == (False, "RSI 71", {"rsi": 71.5})


BAD = {
    "it is closed, and says no exit": {"exit_time": None, "status": "closed"},
    "it is open, and says no entry": {"entry_price": "", "status": "open"},
    "its exit is before its entry": {"exit_time": "2024-01-01 00:00:00"},
    "the volume is not above 0": {"volume": 0},
    "the direction 'up' is not known": {"direction": "up"},
    "the status 'lost it' is not known": {"status": "lost it"},
    "'soon' is not a time": {"exit_time": "soon"},
    "'much' is not a number": {"profit": "much"},
    "it says no symbol": {"symbol": None},
    "entry_price is not above 0": {"entry_price": -1},
}


async def test_rows_that_do_not_fit_are_named_with_their_reason(
    hub: RunningHub, console: Console, tmp_path: Path
) -> None:
    person = await hub.person()
    rows = [GOOD | change | {"trade_id": uuid4().hex} for change in BAD.values()]
    said, done = run(console, write(tmp_path / "bad.db", [*rows, GOOD]), person)
    assert counts(done["trades"]) == (len(BAD) + 1, 1, 0, len(BAD))
    named = [(each["row"], each["reason"]) for each in done["trades"]["refused_rows"]]
    assert named == list(enumerate(BAD, start=1))
    assert done["trades"]["reasons"] == dict.fromkeys(BAD, 1)
    assert "the volume is not above 0" in said.out
    [row] = await hub.rows("select count(*) from trading.trades where user_id = $1", person.id)
    assert row[0] == 1


async def test_times_without_a_zone_are_those_of_the_zone_given(hub: RunningHub, tmp_path: Path) -> None:
    person = await hub.person()
    await imported(hub, write(tmp_path / "x.db", [GOOD]), person, "Europe/Athens")
    [row] = await hub.rows("select entry_time::text from trading.trades where user_id = $1", person.id)
    assert row[0] == "2024-01-02 08:30:00+00"


async def test_another_person_s_same_file_is_theirs(hub: RunningHub, tmp_path: Path) -> None:
    file = write(tmp_path / "x.db", [GOOD])
    for _ in range(2):
        done = await imported(hub, file, await hub.person())
        assert counts(done["trades"]) == (1, 1, 0, 0)


async def test_what_is_no_store_is_a_sentence(hub: RunningHub, console: Console, tmp_path: Path) -> None:
    person = await hub.person()
    (tmp_path / "text.db").write_text("not a database, however long it may be" * 100)
    with closing(sqlite3.connect(tmp_path / "other.db")) as db, db:
        db.execute("create table other (a)")
    write(tmp_path / "good.db", [GOOD])
    for name, args, why in (
        ("text.db", ["--user", person.email], "cannot be read as a SQLite database"),
        ("other.db", ["--user", person.email], "has none of the tables"),
        ("good.db", ["--user", "nobody@example.com"], "Nobody has the address"),
        ("good.db", ["--user", person.email, "--currency", "dollars"], "no currency"),
    ):
        said = console("import-sqlite", str(tmp_path / name), *args)
        assert said.status == 1 and why in said.err and "Traceback" not in said.err, said.err


async def test_a_big_file_takes_no_more_memory_than_a_small_one(hub: RunningHub, tmp_path: Path) -> None:
    """Nearly all of a file is refused, each row for a reason of its own: what is remembered of it stays small."""
    into = Into((await hub.person()).id, "USD", ZoneInfo("UTC"), clock.now())
    peaks = []
    for rows in (5_000, 40_000):
        with closing(sqlite3.connect(tmp_path / f"{rows}.db")) as db, db:
            db.execute("create table equity (timestamp, equity)")
            db.executemany("insert into equity values ('2024-01-02', ?)", ((f"x{n}",) for n in range(rows)))
        tracemalloc.start()
        done = await work.run(hub.res.db, tmp_path / f"{rows}.db", into, lambda *_: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        outcome = done.tables["equity"]
        assert (outcome.refused, len(outcome.refused_rows), len(outcome.reasons)) == (rows, 1_000, 1_001)
    assert peaks[1] < peaks[0] * 1.5
