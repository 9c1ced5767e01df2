"""A real hub asks a real gateway process, on simulated terminals."""

import asyncio
import time
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from hub.core.embedded import Endpoints
from hub.core.resources import Resources
from hub.trading.accounts import gateways, sources
from hub.trading.accounts.gateways import Place
from hub.trading.accounts.looks import Look, Want
from hub.trading.accounts.models import Account
from hub.trading.positions import service
from tests.hubs import RunningHub, until
from tests.trading.gateways import LOGIN, PASSWORD, gateway, older
from tests.trading.looks import Broker, broker, linked, verified

REFRESH = "?refresh=true"


async def degraded(hub: RunningHub) -> list[str]:
    """What /ready says of MT5; the hub serves all the same."""
    answer = await hub.call("GET", "/api/v1/ready")
    assert answer.status == 200, answer.raw
    told = [each for each in answer.body["degraded"] if each.startswith("MT5")]
    assert answer.body["status"] == ("degraded" if answer.body["degraded"] else "ready")
    return told


async def test_a_tag_on_the_account_proves_it_and_a_refresh_is_fresh(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    person, at = await hub.person(), broker()
    link = await linked(hub, person, at)
    id = link["account"]["id"]
    path = f"/api/v1/accounts/{id}/positions{REFRESH}"
    async with gateway(hub, servers, tmp_path, at) as running:
        await running.until_state("connected")
        proof = {"account_id": id}
        answer = await hub.call("POST", "/api/v1/accounts/link/verify", proof, person.bearer)
        assert (answer.status, answer.body["title"]) == (409, "Not proven yet")
        await running.tell(at, trade=link["tag"])
        answer = await hub.call("POST", "/api/v1/accounts/link/verify", proof, person.bearer)
        assert (answer.status, answer.body["proof"]) == (200, "tag"), answer.raw
        shown = (await hub.call("GET", path, headers=person.bearer)).body
        [held] = shown["open_positions"]
        assert (held["symbol"], held["volume"], held["profit"]["amount_minor"]) == ("XAUUSD", "0.10", -200)
        assert (shown["account_equity"]["amount_minor"], shown["stale"]) == (999_800, False)
        await running.tell(at, price=2010.0)
        # Within a second what was just seen is good enough.
        again = (await hub.call("GET", path, headers=person.bearer)).body
        assert again["account_equity"] == shown["account_equity"]
        await older(hub, id, 2)
        fresh = (await hub.call("GET", path, headers=person.bearer)).body
        assert (fresh["account_equity"]["amount_minor"], fresh["age_seconds"] < 1) == (1_009_800, True)
        assert await degraded(hub) == []
    deals = await hub.rows(
        "select kind, profit from trading.deals where account_id = $1::text::uuid order by deal", id
    )
    assert [tuple(each) for each in deals] == [("balance", 1_000_000), ("trade", 0)]


async def test_the_worker_s_look_is_stored_without_anybody_asking(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    mine, stranger = await verified(hub), broker()
    async with gateway(hub, servers, tmp_path, mine.broker, stranger) as running:
        await running.until_state("connected", "connected")
        await running.tell(mine.broker, trade="by hand")
        await service.look_at_all(hub.res)
        shown = await mine.live()
        assert [each["comment"] for each in shown["open_positions"]] == ["by hand"]
        quoted = "select symbol, bid, ask from market.quotes where source = $1"
        [gold] = await hub.rows(quoted, f"gateway:{mine.broker.server.lower()}")
        assert (gold["symbol"], gold["bid"], gold["ask"]) == ("XAUUSD", 2000, Decimal("2000.20"))
        # Closed at the broker: the deal comes with the next look, though nobody asked for deals.
        await running.tell(mine.broker, price=2001.0)
        await older(hub, mine.id, 2)
        assert (await mine.live(REFRESH))["account_equity"]["amount_minor"] == 1_000_800
        # An account that nobody has linked is nobody's.
        known = "select count(*) from trading.accounts where server = $1"
        assert (await hub.rows(known, stranger.server))[0][0] == 0


async def test_many_who_refresh_share_a_look(hub: RunningHub, servers: Endpoints, tmp_path: Path) -> None:
    mine = await verified(hub)
    async with gateway(hub, servers, tmp_path, mine.broker) as running:
        await running.until_state("connected")
        await running.tell(mine.broker, latency=0.1)
        await older(hub, mine.id, 5)
        shown = await asyncio.gather(*(mine.live(REFRESH) for _ in range(30)))
        # Who got no new look is shown one of five seconds ago.
        assert max(each["age_seconds"] for each in shown) < 5
        looks = running.log.read_text().count('"event":"mt5.look"')
        assert 1 <= looks <= 2


async def test_an_open_circuit_leaves_the_last_known_and_ready_says_what_to_mend(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    mine = await verified(hub, at=Broker(broker().server, LOGIN))
    wrong = "wrong-horse-battery"
    env = {"MT5_MAX_FAILURES": "2", "MT5_BACKOFF_SECONDS": "300"}
    async with gateway(hub, servers, tmp_path, mine.broker, password=wrong, **env) as running:
        await running.until_state("circuit_open")
        await older(hub, mine.id, 40)
        began = time.monotonic()
        shown = await mine.live(REFRESH)
        assert time.monotonic() - began < 1, "nobody is asked who cannot look"
        assert (shown["stale"], shown["age_seconds"] >= 40) == (True, True)
        assert shown["account_equity"]["amount_minor"] == 1_000_000
        [told] = await degraded(hub)
        assert told.startswith("MT5 sessions with an open circuit: 1 of 1, next login in ")
        assert "docs/runbooks/terminal-stuck.md" in told
        assert mine.broker.server not in told and mine.broker.login not in told
        said = running.log.read_text()
    assert said.count('"result":"auth_failed"') == 2
    for word in (wrong, PASSWORD, mine.broker.server, mine.broker.login):
        assert word not in said


async def test_a_mended_login_closes_the_circuit(hub: RunningHub, servers: Endpoints, tmp_path: Path) -> None:
    mine = await verified(hub)
    mounted = tmp_path / "password"
    mounted.write_text("wrong")
    env = {"MT5_MAX_FAILURES": "1", "MT5_BACKOFF_SECONDS": "2", "MT5_MAIN_PASSWORD": ""}
    env["MT5_MAIN_PASSWORD_FILE"] = str(mounted)
    async with gateway(hub, servers, tmp_path, mine.broker, **env) as running:
        await running.until_state("circuit_open")
        mounted.write_text(PASSWORD)
        await running.until_state("connected")
        await older(hub, mine.id, 5)
        assert (await mine.live(REFRESH))["age_seconds"] < 1
        assert await degraded(hub) == []


async def test_a_killed_gateway_is_missed_and_a_new_one_goes_on(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    mine = await verified(hub)
    async with gateway(hub, servers, tmp_path, mine.broker) as running:
        await running.until_state("connected")
        await older(hub, mine.id, 5)
        assert (await mine.live(REFRESH))["age_seconds"] < 1
        running.process.kill()
        await running.process.wait()
        await older(hub, mine.id, 40)
        began = time.monotonic()
        shown = await mine.live(REFRESH)
        assert time.monotonic() - began < 3
        assert (shown["stale"], shown["age_seconds"] >= 40) == (True, True)
        await running.until_state(None)
        [told] = await degraded(hub)
        assert told.startswith(
            "MT5 sessions not heard of for 10 s: 1 of 1; start their `caerus gateway` again"
        )
        async with gateway(hub, servers, tmp_path, mine.broker) as another:
            await another.until_state("connected")
            await older(hub, mine.id, 5)
            assert (await mine.live(REFRESH))["age_seconds"] < 1
            assert await degraded(hub) == []


async def test_a_terminal_that_stalls_holds_up_nobody_else(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    slow, quick = await verified(hub), await verified(hub)
    assert slow.broker != quick.broker
    async with gateway(hub, servers, tmp_path, slow.broker, quick.broker) as running:
        await running.until_state("connected", "connected")
        await running.tell(slow.broker, latency=30.0)
        for mine in (slow, quick):
            await older(hub, mine.id, 40)
        began = time.monotonic()
        stalled = [asyncio.create_task(slow.live(REFRESH)) for _ in range(50)]
        while not all(task.done() for task in stalled):
            await older(hub, quick.id, 2)
            asked = time.monotonic()
            assert (await quick.live(REFRESH))["age_seconds"] < 1
            assert time.monotonic() - asked < 1
        assert 1.5 < time.monotonic() - began < 4
        for shown in await asyncio.gather(*stalled):
            assert (shown["stale"], shown["age_seconds"] >= 40) == (True, True)

        async def told() -> bool:
            return any(
                "MT5 terminals that cannot be looked at: 1 of 2" in each for each in await degraded(hub)
            )

        await until(told)


async def test_a_call_is_given_up_after_the_deadline_that_is_set(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    mine = await verified(hub)
    async with gateway(hub, servers, tmp_path, mine.broker, MT5_DEADLINE_SECONDS="0.25") as running:
        await running.until_state("connected")
        await running.tell(mine.broker, latency=1.5)
        await older(hub, mine.id, 40)
        assert (await mine.live(REFRESH))["stale"] is True
        await until(lambda: "0.25 s" in running.log.read_text())


class Alone:
    """The gateway without sharing: whoever wants a look asks, and waits in a connection of their own."""

    async def look(self, res: Resources, account: Account, want: Want) -> Look | None:
        answer = await gateways.ask(res.redis, res.waits, Place(account.server, account.login), want)
        return answer.look if answer else None


async def test_without_sharing_a_stalled_terminal_would_hold_up_the_others(
    hub: RunningHub, servers: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "sources", [Alone()])
    slow, quick = await verified(hub), await verified(hub)
    async with gateway(hub, servers, tmp_path, slow.broker, quick.broker) as running:
        await running.until_state("connected", "connected")
        await running.tell(slow.broker, latency=30.0)
        for mine in (slow, quick):
            await older(hub, mine.id, 40)

        async def again_and_again() -> None:
            for _ in range(3):
                await slow.live(REFRESH)

        stalled = [asyncio.create_task(again_and_again()) for _ in range(80)]

        async def all_wait() -> bool:
            return bool((await hub.res.redis.info("clients"))["blocked_clients"] >= 32)

        await until(all_wait)
        began = time.monotonic()
        shown = await quick.live(REFRESH)
        assert shown["stale"] or time.monotonic() - began > 1
        await asyncio.gather(*stalled)


async def test_a_terminal_on_another_account_shows_nothing(
    hub: RunningHub, servers: Endpoints, tmp_path: Path
) -> None:
    mine = await verified(hub)
    async with gateway(hub, servers, tmp_path, mine.broker) as running:
        await running.until_state("connected")
        await running.tell(mine.broker, shows=9, trade="a stranger's")
        await older(hub, mine.id, 40)
        shown = await mine.live(REFRESH)
        assert (shown["stale"], shown["open_positions"]) == (True, [])
        assert "OtherAccount" in running.log.read_text()


async def test_no_credential_leaves_the_gateway(hub: RunningHub, servers: Endpoints, tmp_path: Path) -> None:
    mine = await verified(hub, at=Broker(broker().server, LOGIN))
    async with gateway(hub, servers, tmp_path, mine.broker) as running:
        await running.until_state("connected")
        await older(hub, mine.id, 5)
        await mine.live(REFRESH)
        kept = await held(hub)
        assert any(mine.broker.login.encode() in each for each in kept), "it would have been seen"
        assert not any(PASSWORD.encode() in each for each in kept)
        argv = " ".join(psutil.Process(running.process.pid).cmdline())
        said = running.log.read_text()
        for word in (PASSWORD, mine.broker.login, mine.broker.server):
            assert word not in argv and word not in said
        assert "gateway.started" in said
        files = [path.read_bytes() for path in (tmp_path / "mt5").iterdir()]
        assert files and not any(PASSWORD.encode() in each for each in files)


async def held(hub: RunningHub) -> list[bytes]:
    """Every value that gateways keep in Redis."""
    redis = hub.res.redis
    keys = [key async for key in redis.scan_iter("caerus:mt5:*")]
    kinds = [await redis.type(key) for key in keys]
    texts = [await redis.get(key) for key, kind in zip(keys, kinds, strict=True) if kind == b"string"]
    for key, kind in zip(keys, kinds, strict=True):
        if kind == b"list":
            texts += await redis.lrange(key, 0, -1)
    return [text for text in (*keys, *texts) if text]
