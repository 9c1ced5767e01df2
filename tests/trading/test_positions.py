"""Live positions: the last known with its age, or a new look where the hub has a terminal."""

from uuid import uuid4

import pytest

from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.looks import Verified, broker, linked, position, verified, window


@pytest.mark.parametrize("path", ["/api/v1/positions", "/api/v1/positions/live"])
async def test_the_primary_account_is_shown(hub: RunningHub, path: str) -> None:
    mine = await verified(hub, {"positions": [position(profit="-12.30")], "equity": "9987.70"})
    shown = (await hub.call("GET", path, headers=mine.person.bearer)).body
    assert shown["account_id"] == mine.id
    assert shown["account_balance"] == {"amount_minor": 1_000_000, "currency": "USD"}
    assert shown["account_equity"] == {"amount_minor": 998_770, "currency": "USD"}
    [held] = shown["open_positions"]
    assert (held["volume"], held["profit"]["amount_minor"]) == ("0.10", -1_230)
    assert (shown["stale"], 0 <= shown["age_seconds"] < 30) == (False, True)
    nobody = await hub.person()
    assert (await hub.call("GET", path, headers=nobody.bearer)).status == 404


async def test_before_the_first_look_nothing_is_known(hub: RunningHub) -> None:
    person = await hub.person()
    id = (await linked(hub, person, broker()))["account"]["id"]
    shown = (
        await hub.call("GET", f"/api/v1/accounts/{id}/positions?refresh=true", headers=person.bearer)
    ).body
    assert (shown["account_equity"], shown["age_seconds"], shown["stale"]) == (None, None, True)


async def older(mine: Verified, seconds: int) -> None:
    await mine.hub.res.db.execute(
        """update trading.account_states set received_at = received_at - make_interval(secs => $2)
           where account_id = $1::text::uuid""",
        mine.id,
        seconds,
    )


async def test_an_old_look_is_stale(hub: RunningHub) -> None:
    mine = await verified(hub)
    assert (await mine.live())["stale"] is False
    await older(mine, 31)
    shown = await mine.live()
    assert (shown["stale"], shown["age_seconds"] >= 31) == (True, True)


async def test_a_terminal_without_its_broker_is_stale(hub: RunningHub) -> None:
    mine = await verified(hub, {"connected": False})
    shown = await mine.live()
    assert (shown["stale"], shown["connected"]) == (True, False)


async def test_the_hubs_own_terminal_is_asked_when_it_is_time(hub: RunningHub) -> None:
    mine = await verified(hub)
    with window(mine.broker.worth(1, "11000.00")) as terminal:
        assert (await mine.live())["account_equity"]["amount_minor"] == 1_000_000
        assert terminal.asked == 0
        await older(mine, 5)
        assert (await mine.live())["account_equity"]["amount_minor"] == 1_000_000
        assert (await mine.live("?refresh=true"))["account_equity"]["amount_minor"] == 1_100_000
        assert terminal.asked == 1
        await older(mine, 31)
        terminal.shows = mine.broker.worth(2, "12000.00")
        shown = await mine.live()
        assert (shown["account_equity"]["amount_minor"], shown["stale"]) == (1_200_000, False)


async def test_a_terminal_that_fails_or_lies_leaves_the_last_known(hub: RunningHub) -> None:
    mine = await verified(hub, {"positions": [position()]})
    await older(mine, 31)
    good = await mine.live()
    bad = (OSError("gone"), mine.broker.look(1, equity="99999"), mine.broker.look(1, currency="EUR"))
    for shows in (*bad, mine.broker.look(1, equity="NaN")):
        with window(shows) as terminal:
            shown = await mine.live("?refresh=true")
        assert terminal.asked == 1
        assert shown | {"age_seconds": 0} == good | {"age_seconds": 0}


async def test_a_terminal_that_takes_too_long_leaves_the_last_known(hub: RunningHub) -> None:
    mine = await verified(hub)
    await older(mine, 31)
    with window(mine.broker.worth(1, "11000.00"), pace=60) as terminal:
        shown = await mine.live("?refresh=true")
    assert (terminal.asked, shown["account_equity"]["amount_minor"], shown["stale"]) == (1, 1_000_000, True)


@pytest.mark.parametrize("topic", ["positions", "equity", "accounts"])
async def test_nobody_else_reads_the_topics(hub: RunningHub, topic: str) -> None:
    async with signed_in(hub) as stream:
        refused = await stream.refused(op="sub", id=1, topic=f"{topic}:{uuid4()}")
    assert refused["problem"]["status"] == 403
