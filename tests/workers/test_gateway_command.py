"""`caerus gateway` as a process: what it serves, how it ends, and what it says when it cannot start."""

import asyncio
import os
import signal
import sys

import msgspec
import pytest

from hub.core.embedded.process import free_port
from hub.core.redis import open_redis
from hub.core.settings import Settings
from hub.trading.accounts import gateways
from tests.hubs import until
from tests.metrics import ask, scrape
from tests.processes import ROOT, measured, start
from workers.mt5.errors import NoGateway
from workers.mt5.run import run

ACCOUNTS = {
    "MT5_ACCOUNTS": "one, two",
    "MT5_ONE_LOGIN": "4001",
    "MT5_ONE_PASSWORD": "any-password",
    "MT5_ONE_SERVER": "Command-1",
    "MT5_TWO_LOGIN": "4002",
    "MT5_TWO_PASSWORD": "any-password",
    "MT5_TWO_SERVER": "Command-1",
}


@pytest.fixture
def env(servers, tmp_path):
    return {"REDIS_URL": servers.redis_url, "CAERUS_HOME": str(tmp_path), "APP_LOG_LEVEL": "INFO"}


async def test_a_simulated_one_says_who_is_there_and_leaves_in_order(servers, env):
    redis, port = open_redis(servers.redis_url), free_port()

    async def mine():
        found = [each for each in await gateways.sessions(redis) if each and each.place.server == "Command-1"]
        return {each.place.login: each.state for each in found}

    async def connected():
        return await mine() == {"4001": "connected", "4002": "connected"}

    try:
        async with measured(port, "gateway", "--simulated", env=env | ACCOUNTS) as process:
            await until(connected, seconds=20)
            assert await ask(port, "/health") == (200, '{"status": "ok"}')
            seen = await scrape(port)
            assert seen["mt5_connect_total{result=ok}"] == 2
            assert seen["mt5_uptime_seconds{account=one}"] >= 0
            process.send_signal(signal.SIGTERM)
            said, _ = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, said
        assert await mine() == {}
        names = [name for name in await redis.zrange("caerus:mt5:sessions", 0, -1) if b"command-1" in name]
        assert names == [], "who leaves in order is not missed"
        assert b"any-password" not in said and b"4001" not in said
    finally:
        await redis.aclose()


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ({}, 2, "set MT5_LOGIN (env provider"),
        ({"MT5_LOGIN": "me", "MT5_SERVER": "S"}, 2, "MT5_LOGIN must be the account's number"),
        ({"MT5_LOGIN": "7", "MT5_SERVER": "a/b"}, 2, "MT5_SERVER must be the broker's name"),
        ({"MT5_LOGIN": "7", "MT5_SERVER": "S"}, 2, "set MT5_PASSWORD"),
        ({"MT5_ACCOUNTS": "Real"}, 2, "accounts"),
        (ACCOUNTS | {"MT5_TWO_LOGIN": "4001"}, 1, "Two names in MT5_ACCOUNTS are the same account"),
        (ACCOUNTS | {"REDIS_URL": "redis://127.0.0.1:1/0"}, 1, "Redis cannot be used (ConnectionError)"),
    ],
)
async def test_what_it_cannot_use_is_one_sentence(env, given, code, told):
    process = await start("gateway", "--simulated", env=env | {"OPS_PORT": "0"} | given)
    said = (await asyncio.wait_for(process.communicate(), 30))[0].decode()
    assert (process.returncode, told in said) == (code, True), said
    assert "Traceback" not in said and "any-password" not in said


async def test_without_the_package_it_says_where_there_is_one(env):
    process = await start("gateway", env=env | ACCOUNTS | {"OPS_PORT": "0"})
    said = (await asyncio.wait_for(process.communicate(), 30))[0].decode()
    assert process.returncode == 1
    assert "the package MetaTrader5 is not installed" in said


WINDOWS = """
import sys
for name in ("fcntl", "grp", "pwd", "resource", "termios", "uvloop"):
    sys.modules[name] = None
sys.argv = ["caerus", "gateway", "--simulated"]
from hub.cli import main
main()
"""


async def test_it_runs_without_what_windows_has_not(servers, env, tmp_path):
    script = tmp_path / "windows.py"
    script.write_text(WINDOWS)
    given = ACCOUNTS | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "clients" / "python")])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script)),
        env=os.environ | env | given | {"OPS_PORT": "0"},
        stderr=asyncio.subprocess.PIPE,
    )
    said = [await asyncio.wait_for(process.stderr.readline(), 30) for _ in range(3)]
    process.terminate()
    await process.wait()
    assert [msgspec.json.decode(line)["event"] for line in said] == [
        "gateway.started",
        "mt5.connected",
        "mt5.connected",
    ]


async def test_one_process_drives_one_real_terminal(monkeypatch, servers):
    monkeypatch.setenv("MT5_ACCOUNTS", "one, two")
    with pytest.raises(NoGateway, match="drives one terminal a process"):
        await run(Settings(), servers.redis_url, lambda _: pytest.fail("no terminal may be started"))
