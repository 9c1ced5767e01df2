"""Snapshots: what is believed, what is refused, and that no order of arrival ends in another state."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.looks import Verified, deposit, earned, position, send, sent, verified

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a balance that is not a number": ({"balance": "NaN"}, "bad-figures"),
    "a signalling one": ({"equity": "sNaN"}, "bad-figures"),
    "endless equity": ({"equity": "Infinity"}, "bad-figures"),
    "endless debt": ({"equity": "-Infinity"}, "bad-figures"),
    "a balance beyond all money": ({"balance": "1e300"}, "bad-figures"),
    "digits without end": ({"balance": "1e-300"}, "bad-figures"),
    "a negative margin": ({"margin": "-1"}, "bad-figures"),
    "a negative volume": ({"positions": [position(volume="-0.1")]}, "bad-figures"),
    "no volume": ({"positions": [position(volume="0")]}, "bad-figures"),
    "an endless price": ({"positions": [position(price="Infinity")]}, "bad-figures"),
    "an endless profit": ({"positions": [position(profit="NaN")]}, "bad-figures"),
    "one ticket twice": ({"positions": [position(), position()]}, "bad-figures"),
    "a deal of negative volume": ({"deals": [deposit("1", "1") | {"volume": "-1"}]}, "bad-figures"),
    "a deal of no number": ({"deals": [deposit("1", "NaN")]}, "bad-figures"),
    "a time before computers": ({"time": "0001-01-01T00:00:00+14:00"}, "bad-figures"),
    "too many positions": ({"positions": [position(str(n)) for n in range(501)]}, "too-many-positions"),
    "equity from nowhere": ({"equity": "20000"}, "sums-do-not-add"),
    "a loss nobody made": ({"equity": "5000"}, "sums-do-not-add"),
    "more free margin than equity": ({"free_margin": "30000"}, "sums-do-not-add"),
    "another currency": ({"currency": "EUR"}, "other-currency"),
    "a nul in a comment": ({"positions": [position(comment="\x00")]}, "invalid"),
    "no such side": ({"positions": [position(side="both")]}, "invalid"),
    "an unknown field": ({"password": "x"}, "invalid"),
}


@pytest.fixture(scope="module")
async def mine(hub: RunningHub) -> Verified:
    """One account for all that must change nothing."""
    return await verified(hub, {"positions": [position()]})


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_is_refused_and_changes_nothing(mine: Verified, name: str) -> None:
    changed, kind = BAD[name]
    before = await mine.stored()
    answer = await send(mine.device, mine.broker.look(1, **changed))
    assert (answer.status, answer.body["type"]) == (
        409 if kind == "other-currency" else 422,
        f"/problems/{kind}",
    )
    assert await mine.stored() == before


async def test_amounts_become_minor_units_of_the_currency(hub: RunningHub) -> None:
    for currency, text, minor in (
        ("JPY", "1000000", 1_000_000),
        ("KWD", "10.125", 10_125),
        ("USD", "10.125", 1_012),
    ):
        figures = {"currency": currency, "balance": text, "equity": text, "free_margin": text}
        mine = await verified(hub, figures)
        assert (await mine.live())["account_balance"] == {"amount_minor": minor, "currency": currency}


async def test_a_repeated_and_an_old_look_are_answered_alike_and_change_nothing(hub: RunningHub) -> None:
    mine = await verified(hub)
    old, new = mine.broker.worth(1, "9000.00"), mine.broker.worth(2, "9500.00", positions=[position()])
    first = await sent(mine.device, old)
    await sent(mine.device, new)
    before = await mine.stored()
    await mine.told()
    async with signed_in(hub, mine.person) as stream:
        for name in ("positions", "equity"):
            await stream.sub(f"{name}:{mine.person.id}")
        assert await sent(mine.device, old) == first
        assert await sent(mine.device, new) == first | {"seq": 2}
        assert await mine.stored() == before
        # What is told next is the next change: nothing was told of these two.
        await sent(mine.device, mine.broker.worth(3, "9600.00", positions=[position()]))
        [event] = await stream.take(1)
    assert event["data"]["equity"]["amount_minor"] == 960_000


@pytest.mark.parametrize(
    ("equity", "doubt"), [("0", "equity_zero"), (None, "equity_missing"), ("0.00", "equity_zero")]
)
async def test_no_equity_is_doubted_and_hides_nothing(
    hub: RunningHub, equity: str | None, doubt: str
) -> None:
    mine = await verified(hub, {"positions": [position()]})
    figures = (
        "account_equity",
        "account_balance",
        "peak_equity",
        "drawdown_percent",
        "open_positions",
        "taken_at",
    )
    good = await mine.live()
    lost = mine.broker.look(1, balance="0", free_margin="0", equity=equity, deals=[deposit("d", "-5000.00")])
    async with signed_in(hub, mine.person) as stream:
        await stream.sub(f"equity:{mine.person.id}")
        assert (await sent(mine.device, lost))["doubt"] == doubt
        [event] = await stream.take(1)
        assert (event["data"]["doubt"], event["data"]["equity"]["amount_minor"]) == (doubt, 1_000_000)
    shown = await mine.live()
    assert {name: shown[name] for name in figures} == {name: good[name] for name in figures}
    assert (shown["doubt"], shown["stale"]) == (doubt, True)
    assert [row for row in await mine.stored() if row[0] == "d"] == []
    # The next good look, with the deal again, says what happened: a withdrawal, and no loss.
    await sent(mine.device, mine.broker.worth(2, "5000.00", deals=lost["deals"]))
    shown = await mine.live()
    assert (shown["doubt"], shown["stale"], shown["open_positions"]) == (None, False, [])
    assert (shown["peak_equity"]["amount_minor"], shown["drawdown_percent"]) == (500_000, "0.00")


async def test_a_first_look_without_equity_verifies_and_tells_nothing(hub: RunningHub) -> None:
    mine = await verified(hub, {"equity": "0"})
    shown = await mine.live()
    assert (shown["account_equity"], shown["stale"], shown["open_positions"]) == (None, True, [])


async def test_positions_come_change_and_go(hub: RunningHub) -> None:
    mine = await verified(hub)
    async with signed_in(hub, mine.person) as stream:
        await stream.sub(f"positions:{mine.person.id}")
        await sent(mine.device, mine.broker.look(1, positions=[position("1"), position("2")]))
        moved = position("2", price="1627.67", profit="10.00")
        await sent(mine.device, mine.broker.look(2, positions=[moved, position("3")], equity="10010"))
        await sent(mine.device, mine.broker.look(3, positions=[moved, position("3")], equity="10010"))
        await sent(
            mine.device, mine.broker.look(4, positions=[position("1"), moved, position("3")], equity="10010")
        )
        told = [event["data"] for event in await stream.take(3)]
    changes = [
        tuple(
            [each if isinstance(each, str) else each["ticket"] for each in data[kind]]
            for kind in ("opened", "changed", "closed")
        )
        for data in told
    ]
    assert changes == [(["1", "2"], [], []), (["3"], ["2"], ["1"]), (["1"], [], [])]
    assert told[1]["changed"][0]["profit"] == {"amount_minor": 1_000, "currency": "USD"}
    shown = await mine.live()
    assert [each["ticket"] for each in shown["open_positions"]] == ["1", "2", "3"]


async def test_a_comment_links_a_position_to_its_persons_own_command(hub: RunningHub) -> None:
    mine, stranger = await verified(hub), await hub.person()
    ids = []
    for person, device in ((mine.person, mine.device), (stranger, await hub.device(stranger))):
        await hub.approve(person, await (await hub.producer()).opened())
        ids.append((await device.poll()).body["commands"][0]["id"])
    comments = [ids[0], ids[1], "by hand", ""]
    await sent(
        mine.device,
        mine.broker.look(1, positions=[position(str(n), comment=c) for n, c in enumerate(comments)]),
    )
    # The broker may cut the comment later; what is known stays known.
    await sent(
        mine.device, mine.broker.look(2, positions=[position("0", comment=""), position("1", comment=ids[1])])
    )
    rows = await hub.rows(
        "select ticket, command_id::text from trading.positions where account_id = $1::text::uuid order by ticket",
        mine.id,
    )
    assert [tuple(row) for row in rows] == [("0", ids[0]), ("1", None), ("2", None), ("3", None)]


async def test_a_deal_is_stored_once(hub: RunningHub) -> None:
    mine = await verified(hub)
    one, two = deposit("1", "100.00"), deposit("2", "50.00")
    await sent(mine.device, mine.broker.worth(1, "10100.00", deals=[one, one]))
    await sent(mine.device, mine.broker.worth(2, "10150.00", deals=[one, two]))
    deals = await hub.rows(
        "select deal, profit from trading.deals where account_id = $1::text::uuid order by deal", mine.id
    )
    assert [tuple(row) for row in deals] == [("1", 10_000), ("2", 5_000)]
    shown = await mine.live()
    assert (shown["peak_equity"]["amount_minor"], shown["drawdown_percent"]) == (1_015_000, "0.00")


async def test_a_withdrawal_is_no_drawdown_and_a_loss_is_one(hub: RunningHub) -> None:
    mine = await verified(hub)
    await sent(mine.device, mine.broker.worth(1, "8000.00", deals=[deposit("1", "-2000.00")]))
    assert (await mine.live())["drawdown_percent"] == "0.00"
    loss = position(profit="-2000.00")
    await sent(
        mine.device, mine.broker.look(2, balance="8000", equity="6000", free_margin="6000", positions=[loss])
    )
    shown = await mine.live()
    assert (shown["peak_equity"]["amount_minor"], shown["drawdown_percent"]) == (800_000, "25.00")


async def test_a_withdrawal_takes_its_share_of_the_peak(hub: RunningHub) -> None:
    """A fifth below the peak, half of it taken out: still a fifth below, also for a look that comes late."""
    mine = await verified(hub)
    now = datetime.now(UTC)
    times = [(now - timedelta(seconds=ago)).isoformat() for ago in (120, 90, 60)]
    high = mine.broker.worth(1, "20000.00", time=times[0])
    gain = [earned("g", "6000.00")]
    await sent(mine.device, mine.broker.worth(2, "16000.00", time=times[1], deals=gain))
    taken = [deposit("1", "-8000.00", (now - timedelta(seconds=70)).isoformat())]
    await sent(mine.device, mine.broker.worth(3, "8000.00", time=times[2], deals=taken))
    await sent(mine.device, high)
    shown = await mine.live()
    assert (shown["peak_equity"]["amount_minor"], shown["drawdown_percent"]) == (1_000_000, "20.00")


def story(mine: Verified, rng: random.Random, now: datetime) -> list[dict[str, Any]]:
    """Looks of one account, a minute and more apart, each with every deal so far: nobody has answered yet.

    All are within 210 s of `now`: the hub does not believe a terminal's clock that is 300 s off.
    """
    at, balance, floating, deals, looks = now - timedelta(seconds=210), 10_000, 0, [], []
    for seq in range(1, 8):
        if rng.random() < 0.5:
            amount = rng.choice((1_500, 200, 300, 2_500))
            balance += amount
            deals = [*deals, deposit(f"{seq}", f"{amount}.00", (at - timedelta(seconds=20)).isoformat())]
        floating += rng.randint(-900, 900)
        held = [position("p", profit=f"{floating}.00")]
        held += [position(str(n)) for n in range(10) if rng.random() < 0.3]
        equity = f"{balance + floating}.00"
        given = {"balance": f"{balance}.00", "equity": equity, "free_margin": equity, "positions": held}
        looks.append(mine.broker.look(seq, time=at.isoformat(), deals=deals, **given))
        at += timedelta(seconds=70)
    return looks


@pytest.mark.parametrize("seed", range(6))
async def test_looks_in_any_order_end_in_the_same_state(hub: RunningHub, seed: int) -> None:
    """Without withdrawals: what one left is known by the look that told of it, which may be another one."""
    rng, now, ends = random.Random(seed), datetime.now(UTC), []
    for shuffled in (False, True, True):
        mine = await verified(hub, {"equity": "0"})
        looks = story(mine, random.Random(seed), now)
        if shuffled:
            looks += rng.sample(looks, 3)
            rng.shuffle(looks)
        for look in looks:
            await sent(mine.device, look)
        [state, *rest] = await mine.stored()
        # A position that only a late look has seen was never known; what is open, and every deal, is.
        ends.append([state[:7], *(row for row in rest if len(row) == 3 or row[4])])
    assert ends[1] == ends[0]
    assert ends[2] == ends[0]
