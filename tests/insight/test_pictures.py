"""Pictures on the disk, and over HTTP."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from hub.core.problems import Unavailable
from hub.insight.charts import pool as drawing
from hub.insight.charts import render, service
from hub.insight.charts import settings as media
from hub.insight.charts.pool import Pool
from hub.insight.charts.settings import MediaSettings
from hub.insight.charts.storage import Pictures
from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from tests.hubs import RunningHub, until
from tests.insight.pictures import candlesticks, chunks, equity
from tests.metrics import here

PNG = render.png(candlesticks(3))
DAY = 86_400


def kept(folder: Path, **limits: int) -> Pictures:
    given = {"MEDIA_DIR": folder} | {f"MEDIA_{name.upper()}": value for name, value in limits.items()}
    return Pictures(MediaSettings.model_validate(given))


def aged(path: Path, seconds: float) -> None:
    at = time.time() - seconds
    os.utime(path, (at, at))


def test_what_was_put_is_there_and_nothing_else(tmp_path: Path) -> None:
    pictures = kept(tmp_path / "a" / "b")
    assert pictures.get("candles", "k") is None
    pictures.put("candles", "k", PNG)
    assert pictures.get("candles", "k") == PNG
    assert pictures.get("equity", "k") is None
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["candles-k.png"]
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_an_old_picture_is_not_found_and_goes(tmp_path: Path) -> None:
    pictures = kept(tmp_path)
    for name, age in (("old", DAY + 5), ("young", DAY - 60)):
        pictures.put("candles", name, PNG)
        aged(tmp_path / f"candles-{name}.png", age)
    assert pictures.get("candles", "old") is None and pictures.get("candles", "young") == PNG
    assert pictures.prune() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["candles-young.png"]


def test_the_oldest_go_until_the_rest_fits(tmp_path: Path) -> None:
    pictures = kept(tmp_path, dir_max_bytes=3 * len(PNG) + 100)
    for number in range(6):
        pictures.put("candles", str(number), PNG)
        aged(tmp_path / f"candles-{number}.png", 100 - number)
    assert pictures.prune() == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"candles-{n}.png" for n in (3, 4, 5)]


def test_writing_prunes_now_and_then(tmp_path: Path) -> None:
    pictures = kept(tmp_path, dir_max_bytes=5 * len(PNG))
    for number in range(64):
        pictures.put("candles", str(number), PNG)
    assert len(list(tmp_path.iterdir())) == 5


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    pictures, stray = kept(tmp_path), tmp_path / "notes.txt"
    stray.write_text("mine")
    (tmp_path / "link.png").symlink_to(stray)
    (tmp_path / "half.tmp").write_text("of a crash")
    for path in (stray, tmp_path / "half.tmp"):
        aged(path, 2 * DAY)
    assert pictures.prune() == 1
    assert stray.exists() and (tmp_path / "link.png").is_symlink()


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    pictures = kept(tmp_path)
    pictures.put("candles", "k", PNG)
    assert list(tmp_path.iterdir()) == [] and pictures.get("candles", "k") is None


def test_a_link_to_a_folder_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    pictures = kept(tmp_path / "link")
    pictures.put("candles", "k", PNG)
    assert list((tmp_path / "real").iterdir()) == []


def test_half_a_picture_is_none(tmp_path: Path) -> None:
    pictures = kept(tmp_path)
    (tmp_path / "candles-k.png").write_bytes(PNG[:-20])
    assert pictures.get("candles", "k") is None


def test_a_folder_that_cannot_be_made_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    pictures = kept(tmp_path / "file" / "media")
    pictures.put("candles", "k", PNG)
    assert pictures.get("candles", "k") is None and pictures.prune() == 0


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of this test's own."""
    monkeypatch.setenv("MEDIA_DIR", str(tmp_path / "media"))
    media.settings.cache_clear()
    service._studio.cache_clear()
    yield tmp_path / "media"
    service._studio().pool.close()
    service._studio.cache_clear()
    media.settings.cache_clear()


async def test_a_picture_is_drawn_once_and_counted(studio: Path) -> None:
    before = here()
    first, again = await service.render(equity(50)), await service.render(equity(50))
    assert first == again and first.png == render.png(equity(50))
    after = here()
    moved = {
        name: after[name] - before[name]
        for name in after
        if name.startswith("media_") and after[name] != before.get(name, 0)
    }
    assert moved == {"media_render_total{type=equity}": 1, "media_cache_hits_total{type=equity}": 1}
    assert [path.name for path in studio.iterdir()] == [f"equity-{first.key}.png"]


async def test_who_asks_at_once_for_the_same_shares_one_drawing(studio: Path) -> None:
    before = here()["media_render_total{type=candles}"]
    wanted = [service.render(candlesticks(30)) for _ in range(drawing.WAITING * 3)]
    pictures = await asyncio.gather(*wanted)
    assert len({picture.png for picture in pictures}) == 1
    assert here()["media_render_total{type=candles}"] == before + 1


async def test_a_picture_over_the_bound_is_not_given_out(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_MAX_BYTES", "10000")
    media.settings.cache_clear()
    with pytest.raises(Unavailable, match="MEDIA_MAX_BYTES is 10000"):
        await service.render(candlesticks(100))
    assert not studio.exists() or list(studio.iterdir()) == []


async def test_the_loop_turns_while_a_picture_is_drawn() -> None:
    pool, turns = Pool(), 0
    await pool.png(equity(3))  # the process is there
    drawing_now = asyncio.ensure_future(pool.png(equity(100_000)))
    while not drawing_now.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await drawing_now).startswith(b"\x89PNG") and turns > 50
    pool.close()


async def test_more_than_may_wait_are_turned_away() -> None:
    pool = Pool()
    many = [pool.png(equity(3)) for _ in range(drawing.WAITING + 4)]
    answers = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(each, bytes) for each in answers) == drawing.WAITING
    assert sum(isinstance(each, Unavailable) for each in answers) == 4
    pool.close()


async def test_a_drawing_process_that_is_killed_is_started_again() -> None:
    pool = Pool()
    await pool.png(equity(3))
    assert pool._executor is not None
    [pid] = list(pool._executor._processes)
    os.kill(pid, signal.SIGKILL)

    async def refused_or_drawn() -> bool:
        try:
            return bool(await pool.png(equity(3)))
        except Unavailable:
            return False

    await until(refused_or_drawn, seconds=30)
    pool.close()


ORPHAN = """
import asyncio, sys
from hub.insight.charts.pool import Pool
from tests.insight.pictures import equity
async def main():
    pool = Pool()
    await pool.png(equity(3))
    print(*pool._executor._processes, flush=True)
    await asyncio.sleep(60)
if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_hub_that_is_killed_leaves_no_drawing_process(tmp_path: Path) -> None:
    script = tmp_path / "hub_like.py"
    script.write_text(ORPHAN)
    root = str(Path(__file__).parents[2])
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": root}
    )
    assert parent.stdout is not None
    child = psutil.Process(int(await parent.stdout.readline()))
    assert child.is_running()
    parent.kill()
    await parent.wait()
    await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, seconds=30)


async def fill(hub: RunningHub, count: int) -> str:
    name, start = "T" + uuid4().hex[:12].upper(), datetime(2026, 10, 1, tzinfo=UTC)
    made = candlesticks(count)
    rows = [
        Candle(start + timedelta(hours=n), *(Decimal(f"{column[n]:.2f}") for column in columns), Decimal(1))
        for n in range(count)
        for columns in [(made.opens, made.highs, made.lows, made.closes)]
    ]
    await candles.store_closed(hub.res, name, "H1", rows)
    return name


async def test_a_chart_over_http_with_its_etag(hub: RunningHub, studio: Path) -> None:
    name, person = await fill(hub, 40), await hub.person()
    path = f"/api/v1/charts/candles?symbol={name}&timeframe=H1&bars=30"
    first = await hub.call("GET", path, headers=person.bearer)
    assert first.status == 200 and chunks(first.raw)[-1] == "IEND", first.raw[:200]
    assert (first.headers["content-type"], first.headers["cache-control"]) == (
        "image/png",
        "private, no-cache",
    )
    same = await hub.call("GET", path, headers=person.bearer | {"if-none-match": first.headers["etag"]})
    assert (same.status, same.raw, same.headers["etag"]) == (304, b"", first.headers["etag"])
    dark = await hub.call(
        "GET", path + "&theme=dark", headers=person.bearer | {"if-none-match": first.headers["etag"]}
    )
    assert dark.status == 200 and dark.headers["etag"] != first.headers["etag"]
    start = datetime(2026, 10, 1, tzinfo=UTC)
    more = Candle(start + timedelta(hours=40), *[Decimal("4000")] * 4, Decimal(1))
    await candles.store_closed(hub.res, name, "H1", [more])
    fresh = await hub.call("GET", path, headers=person.bearer | {"if-none-match": first.headers["etag"]})
    assert fresh.status == 200 and fresh.headers["etag"] != first.headers["etag"]


async def test_a_chart_of_nothing_is_not_found_and_of_nan_refused(hub: RunningHub) -> None:
    person, name = await hub.person(), "T" + uuid4().hex[:12].upper()
    path = f"/api/v1/charts/candles?symbol={name}"
    assert (await hub.call("GET", path, headers=person.bearer)).status == 404
    nan = Candle(datetime(2026, 10, 1, tzinfo=UTC), *[Decimal("NaN")] * 4, Decimal(1))
    await candles.store_closed(hub.res, name, "H1", [nan])
    answer = await hub.call("GET", path, headers=person.bearer)
    assert answer.status == 422, answer.raw


@pytest.mark.parametrize(
    "query", ["", "symbol=XAUUSD&bars=0", "symbol=XAUUSD&bars=2001", "symbol=XAUUSD&theme=blue"]
)
async def test_a_bad_question_is_refused(hub: RunningHub, query: str) -> None:
    answer = await hub.call("GET", f"/api/v1/charts/candles?{query}", headers=(await hub.person()).bearer)
    assert answer.status == 422
