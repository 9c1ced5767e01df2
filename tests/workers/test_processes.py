"""`caerus trade` and `caerus up` as processes: each serves its metrics, and they say what happened."""

import asyncio
import gzip
import signal
import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

import aiohttp
import msgspec
import psutil
import pytest
from caerus_client.spool import Spool

from hub.core.embedded.process import free_port
from strategies.candles import Candles
from strategies.hours import spans
from tests.client.fakehub import PRODUCER, PRODUCER_SECRET
from tests.fakes.telegram import TOKEN, environment, fake_telegram
from tests.hubs import until
from tests.metrics import ask, scrape
from tests.processes import free_row, listens, measured, start
from tests.workers.test_trader_metrics import GOLD_FILE, WARM_UP
from tests.workers.traders import CONFIG, contents, trader
from workers.source import load

BARS = 3000


@pytest.fixture
def home():
    """One the servers' user may walk into."""
    with tempfile.TemporaryDirectory(prefix="caerus-up-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def gold(tmp_path) -> Path:
    """The first real bars, as a file of their own."""
    with gzip.open(GOLD_FILE, "rt") as file:
        (tmp_path / "gold.csv").write_text("".join(islice(file, BARS + 1)))
    return tmp_path / "gold.csv"


async def undisturbed(path, candles: Candles, config=CONFIG) -> list[str]:
    """The versions a trader queues on these candles, in order."""
    with Spool(path) as spool:
        await trader(spool, config).run(candles)
        return [msgspec.json.decode(body)["version"] for kind, _, body in contents(spool) if kind == "signal"]


def producing(hub, tmp_path) -> dict[str, str]:
    """The environment of a trader that posts to `hub`."""
    return {
        "API_BASE": hub.url,
        "PRODUCER_ID": PRODUCER,
        "HMAC_PRODUCER_SECRET": PRODUCER_SECRET,
        "CAERUS_HOME": str(tmp_path / "home"),
        "OPS_PORT": "0",
    }


async def test_a_trader_on_real_bars_serves_what_it_did(hub, tmp_path, gold):
    """One signal the hub chokes on keeps the process alive until it was asked."""
    candles, _ = load(gold)
    versions = await undisturbed(tmp_path / "undisturbed.db", candles)
    hub.poison.add(versions[-1])
    port, seen = free_port(), {}

    async def all_but_one() -> bool:
        seen.update(await scrape(port) or {})
        delivered = seen.get("signal_publish_total{route=api}") == len(versions) - 1
        return delivered and seen["alerts_sent_total"] > 0

    async with fake_telegram() as telegram:
        env = producing(hub, tmp_path) | {"MAX_RETRIES": "1", "RETRY_DELAY_SECONDS": "0.01"}
        env |= environment(telegram)
        async with measured(port, "trade", str(gold), "--symbol", "XAUUSD", env=env) as process:
            assert listens(process.pid, port)
            await until(all_but_one, seconds=120)
            hub.poison.clear()
            said, _ = await process.communicate()
    assert (process.returncode, await scrape(port)) == (0, None), said
    assert seen["candles_fetched_total{symbol=XAUUSD,tf=H1}"] == BARS
    assert seen["fetch_duration_seconds_count"] == 1
    assert seen["strategy_eval_seconds_count"] == BARS - WARM_UP
    assert seen["signals_posted_total{code=201,result=stored}"] == len(versions) - 1
    failed = seen["signals_posted_total{code=500,result=failed}"]
    assert seen["retries_total{operation=post_signal}"] == failed - 1 > 0
    assert seen["signals_post_seconds_count"] == len(versions) - 1 + failed
    signals = sum(seen[f"strategy_signals_total{{side={side}}}"] for side in ("buy", "sell"))
    rejected = sum(by for key, by in seen.items() if key.startswith("orders_rejected_total"))
    assert signals == seen["orders_built_total"] + rejected >= len(versions) > 20
    assert len(hub.signals) == len(versions)
    assert seen["alerts_sent_total"] == len(telegram.taken) == 1
    assert telegram.taken[0].startswith(f"trader.retries_exhausted\nTrader {PRODUCER} (XAUUSD fib_rsi 1) on ")
    assert TOKEN not in said.decode()
    assert seen["runtime_loop_seconds_count"] == BARS - WARM_UP
    assert 1 <= seen["heartbeat_total"] < len(hub.heartbeats)
    assert [each["ended"] for each in hub.heartbeats][-2:] == [False, True]


@pytest.mark.parametrize(
    ("env", "config"),
    [
        ({"DEFAULT_MARKET_TZ": "Asia/Tokyo"}, replace(CONFIG, zone="Asia/Tokyo")),
        ({"TRADING_BLOCKLIST_WINDOWS": "06:00-12:00"}, replace(CONFIG, blocked=spans("06:00-12:00"))),
    ],
)
async def test_a_trader_keeps_to_the_hours_of_its_environment(hub, tmp_path, gold, env, config):
    candles, _ = load(gold)
    process = await start("trade", str(gold), "--symbol", "XAUUSD", env=producing(hub, tmp_path) | env)
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    wanted = set(await undisturbed(tmp_path / "these.db", candles, config))
    assert set(hub.posts) == wanted != set(await undisturbed(tmp_path / "usual.db", candles))


async def test_what_the_trader_cannot_use_is_one_sentence(tmp_path):
    (tmp_path / "bad.csv").write_text("time,open,high,low,close\nrubbish,1,1,1,1\n")
    env = {"OPS_PORT": "0", "HMAC_PRODUCER_SECRET": "x", "CAERUS_HOME": str(tmp_path)}
    for symbol, told in (("XAUUSD", "does not tell its timeframe"), ("NOPE", "unknown symbol 'NOPE'")):
        process = await start("trade", str(tmp_path / "bad.csv"), "--symbol", symbol, env=env)
        said = (await process.communicate())[0].decode()
        assert process.returncode == 1
        assert told in said and len(said.splitlines()) == 1


async def test_everything_that_comes_up_has_an_ops_port_of_its_own(home):
    first = free_row(4)
    env = {"CAERUS_HOME": str(home), "HUB_PORT": str(free_port()), "COLUMNS": "200"}
    async with measured(first, "up", "--pace", "0.01", env=env) as up:
        for number, name in enumerate(("serve", "relay", "work", "market")):
            port = first + number
            await until(lambda port=port: answers(port), seconds=120)
            assert await ask(port, "/health") == (200, '{"status": "ok"}'), name
            assert listens(child(up.pid, name), port), name
        market = {}

        async def posted() -> bool:
            market.update(await scrape(first + 3) or {})
            return market.get("signal_publish_total{route=api}", 0) > 0

        await until(posted, seconds=120)
        assert (
            market["candles_fetched_total{symbol=XAUUSD,tf=H1}"] > market["strategy_eval_seconds_count"] > 0
        )
        assert market["orders_built_total"] >= market["signal_publish_total{route=api}"]
        relayed = await scrape(first + 1)
        assert relayed is not None and "signal_publish_total{route=api}" not in relayed
        demo = msgspec.json.decode((home / "demo.json").read_bytes())
        assert demo["ops_url"] == f"http://127.0.0.1:{first}"
        await until(lambda: stands(demo), seconds=60)
        up.send_signal(signal.SIGINT)
        said, _ = await asyncio.wait_for(up.communicate(), 30)
    assert up.returncode == 0
    assert f"http://127.0.0.1:{first}/metrics" in said.decode()
    assert [await scrape(first + number) for number in range(4)] == [None] * 4


async def answers(port: int) -> bool:
    return await scrape(port) is not None


async def stands(demo) -> bool:
    """Whether the demo's person sees their account, through the snapshots that its EA signs."""
    async with aiohttp.ClientSession(demo["base_url"]) as http:
        async with http.post("/api/v1/auth/login", json=demo["user"]) as answer:
            bearer = {"authorization": "Bearer " + (await answer.json())["access_token"]}
        async with http.get("/api/v1/positions", headers=bearer) as answer:
            live = await answer.json()
    return answer.status == 200 and live["account_equity"]["amount_minor"] > 0 and not live["stale"]


def child(up: int, name: str) -> int:
    [found] = [each.pid for each in psutil.Process(up).children() if name in each.cmdline()]
    return found
