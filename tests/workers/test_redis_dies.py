"""Redis is killed with SIGKILL under every kind of process, and comes back on its port with nothing in it."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import pytest
from caerus_client.retry import RetryPolicy
from caerus_client.spool import Spool
from caerus_client.stream import Event, Stream, Subscribed
from caerus_client.topics import SIGNALS
from msgspec import Struct

from hub.core.embedded.process import free_port
from hub.core.redis import open_redis
from hub.core.resources import open_resources
from hub.core.settings import Settings
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Place
from hub.trading.accounts.looks import Want
from tests.chaos.servers import Machines
from tests.hubs import Person, RunningHub, signal_body, until
from tests.identity.mailbox import NEW, fresh
from tests.metrics import ask, scrape
from tests.processes import measured, start
from tests.smtp import sink
from tests.workers.test_trader_metrics import GOLD_FILE
from tests.workers.traders import contents, trader
from workers.loadtest.identities import cheap
from workers.source import load
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

BARS = 3_000
SOON = RetryPolicy(delay=0.05, cap=0.2)
Line = dict[str, Any]


class World(Struct, frozen=True):
    """Hub, relay and worker, and the ports of the worker and of its mail server."""

    stack: Stack
    machines: Machines
    ops: int
    smtp: int

    def said(self, name: str = "work") -> list[Line]:
        """What a process has logged, by whole lines; one that is no JSON is its own event."""
        lines = (self.stack.home / "logs" / f"{name}.log").read_text().rpartition("\n")[0].splitlines()
        return [msgspec.json.decode(line) if line.startswith("{") else {"event": line} for line in lines]

    def times(self, event: str, name: str = "work", *, since: int = 0) -> int:
        return sum(line["event"] == event for line in self.said(name)[since:])

    def runs(self, cron: str) -> int:
        """How often a cron entry has begun."""
        return sum(f"→ cron:{cron}(" in line["event"] for line in self.said())

    async def ready(self, status: int) -> bool:
        found = await ask(self.ops, "/ready")
        return found is not None and found[0] == status


@pytest.fixture(scope="module")
def world(settings: Settings) -> Iterator[World]:
    ops, smtp = free_port(), free_port()
    env = {"OPS_PORT": str(ops), "SMTP_URL": f"smtp://127.0.0.1:{smtp}", "APP_LOG_LEVEL": "INFO"}
    with throw_away("serve", "relay", Child("work", ("work",), env)) as stack:
        yield World(stack, Machines(stack.servers), ops, smtp)


@pytest.fixture
async def hub(world: World) -> AsyncIterator[RunningHub]:
    """The hub of the stack, for people and producers to be made at."""
    settings, where = cheap(world.stack.settings), world.stack.endpoints
    async with (
        open_resources(settings, where.dsn, where.redis_url) as res,
        aiohttp.ClientSession() as http,
    ):
        yield RunningHub(world.stack.base_url, res, http)


async def registered(hub: RunningHub) -> str:
    """An address that a letter is owed to."""
    email = fresh()
    body = {"email": email, "password": NEW}
    assert (await hub.call("POST", "/api/v1/auth/register", body)).status == 202
    return email


async def hub_is_ready(hub: RunningHub) -> bool:
    return (await hub.call("GET", "/api/v1/ready")).status == 200


async def test_a_worker_goes_on_with_what_is_owed_and_with_its_cron(world: World, hub: RunningHub) -> None:
    await until(lambda: world.ready(200), seconds=20)
    began = len(world.said())
    email = await registered(hub)
    await until(lambda: world.times("job.later", since=began) > 0, seconds=20)
    async with hub.res.db.transaction() as tx:
        await tx.execute(
            """update identity.mail_tokens as t set created_at = now() - interval '10 minutes'
               from identity.users as u where u.id = t.user_id and u.email = $1""",
            email,
        )
    pid = world.stack.children.pid("work")
    async with world.machines.without_redis(empty=True):
        await until(lambda: world.times("worker.lost", since=began) >= 3, seconds=30)
        found = await ask(world.ops, "/ready")
        assert found is not None and found[0] == 503
        assert found[1].startswith('{"status": "not ready", "detail": "Redis cannot be used (')
        assert await ask(world.ops, "/health") == (200, '{"status": "ok"}')
    async with sink(port=world.smtp) as server:
        # Nothing but the database knows of this letter.
        await until(lambda: [email] in [taken.recipients for taken in server.taken], seconds=60)
        await until(lambda: world.ready(200))
        ran = world.runs("watch_traders")
        await until(lambda: world.runs("watch_traders") >= ran + 2, seconds=40)
        other = await registered(hub)
        await until(lambda: [other] in [taken.recipients for taken in server.taken], seconds=60)
    assert (world.stack.children.ended("work"), world.stack.children.pid("work")) == (False, pid)
    said = world.said()[began:]
    lost = [line for line in said if line["event"] == "worker.lost"]
    assert {line["lvl"] for line in lost} == {"warning"} and all("exception" not in line for line in lost)
    assert {line.get("lvl") for line in said} <= {"info", "warning"}, said
    assert world.times("worker.back", since=began) == 1


async def test_a_trader_that_could_not_be_heard_is_not_called_silent(world: World, hub: RunningHub) -> None:
    producer = await hub.producer()
    named = {"symbol": "XAUUSD", "strategy": "fib_rsi", "version": "1", "host": "here"}
    body = named | {"instance_id": str(uuid4()), "interval_seconds": 20}
    await until(lambda: world.ready(200), seconds=20)
    assert (await producer.post("/api/v1/producers/heartbeat", body)).status == 200
    async with world.machines.without_redis(empty=True):
        await until(lambda: world.ready(503), seconds=20)
        query = "update trading.heartbeats set seen_at = now() - interval '1 hour' where producer_id = $1"
        await hub.res.db.execute(query, producer.id)
    await until(lambda: world.ready(200), seconds=20)
    ran = world.runs("watch_traders")
    await until(lambda: world.runs("watch_traders") >= ran + 2, seconds=40)
    assert await hub.alerts(producer.id) == []


async def test_a_worker_that_is_impatient_ends(world: World) -> None:
    """The negative control."""
    world.stack.start(
        Child("impatient", ("work",), {"APP_LOG_LEVEL": "INFO"}, "tests.workers.impatient_worker")
    )
    await until(lambda: world.times("worker.ready", "impatient") > 0, seconds=30)
    async with world.machines.without_redis(empty=True):
        await until(lambda: world.stack.children.ended("impatient"), seconds=30)
    assert any("Traceback" in line["event"] for line in world.said("impatient"))


@pytest.mark.parametrize("command", ["work", "serve"])
async def test_a_redis_that_never_was_there_is_one_sentence(world: World, command: str) -> None:
    env = {"DB_DSN": world.stack.endpoints.dsn, "REDIS_URL": f"redis://:secret@127.0.0.1:{free_port()}/0"}
    process = await start(command, env=env | {"OPS_PORT": "0", "HUB_PORT": str(free_port())})
    said = (await process.communicate())[0].decode()
    assert (process.returncode, said) == (2, "Redis cannot be used (ConnectionError): see REDIS_URL.\n")


class Watching:
    """A socket that follows signals as a client should: it loads a snapshot where the stream has a gap."""

    def __init__(self, hub: RunningHub, person: Person) -> None:
        self._hub, self._person = hub, person
        self.subscribed, self.seen = 0, set[str]()

    async def run(self) -> None:
        async for found in Stream(self._hub.base_url, self._token, {SIGNALS: None}, retry=SOON).events():
            if isinstance(found, Subscribed):
                self.subscribed += 1
                await self._snapshot()
            elif isinstance(found, Event):
                self.seen.add(str(SIGNALS.read(found).id))

    async def _token(self) -> str:
        return self._person.token

    async def _snapshot(self) -> None:
        answer = await self._hub.call(
            "GET", "/api/v1/signals?status=open&limit=100", headers=self._person.bearer
        )
        if answer.status == 200:
            self.seen |= {each["id"] for each in answer.body["items"]}


async def test_hub_and_relay_go_on_for_sockets_and_terminals(world: World, hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    errors = [world.said(name) for name in ("serve", "relay")]  # they log nothing else here
    device, watching = await hub.device(person), Watching(hub, person)
    listening = asyncio.create_task(watching.run())
    try:
        await until(lambda: watching.subscribed > 0, seconds=20)
        before = await producer.opened()
        await until(lambda: before in watching.seen, seconds=20)
        async with world.machines.without_redis(empty=True):
            await until(lambda: refused(hub), seconds=20)
            assert (await producer.signal(signal_body())).status == 503
            assert (await hub.approve(person, before)).status == 201
            assert await waiting(hub) > 0
        await until(lambda: hub_is_ready(hub), seconds=30)
        after = await producer.opened()
        await until(lambda: after in watching.seen, seconds=20)
        assert (await hub.approve(person, after)).status == 201
        polled = await device.poll(wait=20)
        assert len(polled.body["commands"]) == 2
        ack = await device.ack(polled.body["commands"][0]["id"], "placed", broker_ticket="1")
        assert ack.status == 200

        async def relayed() -> bool:
            return await waiting(hub) == 0

        await until(relayed, seconds=20)
    finally:
        listening.cancel()
        await asyncio.wait([listening])
    assert [world.said(name) for name in ("serve", "relay")] == errors


async def waiting(hub: RunningHub) -> int:
    """Events that the relay has not moved."""
    return int((await hub.rows("select count(*) from core.outbox"))[0][0])


async def refused(hub: RunningHub) -> bool:
    return not await hub_is_ready(hub)


async def test_a_trader_loses_no_signal(world: World, hub: RunningHub, tmp_path: Path) -> None:
    gold, producer = tmp_path / "gold.csv", await hub.producer()
    with gzip.open(GOLD_FILE, "rt") as file:
        gold.write_text("".join(islice(file, BARS + 1)))
    with Spool(tmp_path / "undisturbed.db") as spool:
        await trader(spool).run(load(gold)[0])
        kinds = [(kind, msgspec.json.decode(body)) for kind, _, body in contents(spool)]
    wanted = {body["version"] for kind, body in kinds if kind == "signal"}
    env = {
        "API_BASE": hub.base_url,
        "PRODUCER_ID": producer.id,
        "HMAC_PRODUCER_SECRET": producer.key.decode(),
        "CAERUS_HOME": str(tmp_path / "home"),
        "RETRY_DELAY_SECONDS": "0.05",
    }

    async def stored() -> set[str]:
        rows = await hub.rows("select version from trading.signals where producer_id = $1", producer.id)
        return {row[0] for row in rows}

    async def some() -> bool:
        return len(await stored()) >= 3

    async def failing() -> bool:
        counted = (await scrape(port) or {}).items()
        return sum(times for name, times in counted if name.startswith("retries_total")) > 0

    port = free_port()
    command = ("trade", str(gold), "--symbol", "XAUUSD", "--pace", "0.005")
    async with measured(port, *command, env=env) as process:
        await until(some, seconds=60)
        async with world.machines.without_redis(empty=True):
            await until(failing, seconds=60)
            assert await stored() < wanted
        said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, said.decode()[-3000:]
    assert await stored() == wanted and b"Traceback" not in said


async def test_a_gateway_is_asked_again(world: World, tmp_path: Path) -> None:
    url, login = world.stack.endpoints.redis_url, str(uuid4().int % 10**9)
    account = {"MT5_LOGIN": login, "MT5_PASSWORD": "any", "MT5_SERVER": "Dies-1"}
    place, redis, waits = Place("Dies-1", login), open_redis(url), open_redis(url, timeout=30)

    async def looked_at() -> bool:
        answer = await gateways.ask(redis, waits, place, Want(5.0))
        return answer is not None and answer.look is not None

    try:
        env = account | {"REDIS_URL": url, "CAERUS_HOME": str(tmp_path), "APP_LOG_LEVEL": "INFO"}
        async with measured(free_port(), "gateway", "--simulated", env=env) as process:
            await until(looked_at, seconds=30)
            async with world.machines.without_redis(empty=True):
                assert process.stdout is not None
                while b"mt5.not_told" not in (line := await asyncio.wait_for(process.stdout.readline(), 30)):
                    assert line, "it ended"
            await until(looked_at, seconds=30)
            process.terminate()
            said, _ = await asyncio.wait_for(process.communicate(), 30)
        assert (process.returncode, b"Traceback" in said) == (0, False), said
    finally:
        await waits.aclose()
        await redis.aclose()
