"""Money and its deal that come a look apart are neither loss nor gain; a loss that stays unexplained is one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.core import clock
from hub.trading.positions import gaps
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.looks import Verified, deposit, earned, linked, position, sent, verified


class Account:
    """One that never trades: what is paid in or out is told when a test says so."""

    def __init__(self, of: Verified) -> None:
        self.of, self.seq = of, 0

    async def look(self, worth: str, *deals: dict[str, Any], **changed: Any) -> None:
        """Something is open, so that it could be closed."""
        self.seq += 1
        given = {"balance": worth, "equity": worth, "free_margin": worth, "positions": [position("1")]}
        await sent(self.of.device, self.of.broker.look(self.seq, deals=list(deals), **(given | changed)))

    async def closures(self) -> int:
        query = "select count(*) from trading.closures where account_id = $1::text::uuid"
        return int((await self.of.hub.rows(query, self.of.id))[0][0])

    async def guard(self) -> str:
        answer = await self.of.hub.call("GET", "/api/v1/risk/guards", headers=self.of.person.bearer)
        [said] = answer.body["items"]
        return str(said["outcome"])

    async def marks(self) -> tuple[int, int]:
        """Peak and day's first equity, in cents."""
        query = "select peak_equity, day_equity from trading.account_states where account_id = $1::text::uuid"
        return tuple((await self.of.hub.rows(query, self.of.id))[0])


@pytest.fixture
async def account(hub: RunningHub) -> Account:
    made = Account(await verified(hub))
    await made.look("10000.00")
    return made


OUT, IN = "-5000.00", "10000.00"


@pytest.mark.parametrize(
    ("looks", "marks"),
    [
        ((("5000.00",), ("5000.00", OUT)), (500_000, 500_000)),
        ((("10000.00", OUT), ("5000.00",)), (500_000, 500_000)),
        ((("20000.00",), ("20000.00", IN)), (2_000_000, 2_000_000)),
        ((("10000.00", IN), ("20000.00",)), (2_000_000, 2_000_000)),
        ((("20000.00", IN),), (2_000_000, 2_000_000)),
        ((("5000.00", OUT),), (500_000, 500_000)),
    ],
)
async def test_money_and_its_deal_may_come_a_look_apart(
    account: Account, looks: tuple[tuple[Any, ...], ...], marks: tuple[int, int]
) -> None:
    for number, (worth, *paid) in enumerate(looks, start=1):
        await account.look(worth, *(deposit("d1", amount) for amount in paid))
        assert await account.guard() == ("ok" if number == len(looks) else "unknown")
    assert await account.closures() == 0
    assert await account.marks() == marks


async def test_an_unexplained_loss_holds_the_guards_only_for_a_while(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    await account.look("7000.00")
    assert (await account.guard(), await account.closures()) == ("unknown", 0)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + gaps.HOLD)
    await account.look("7000.00")
    assert (await account.guard(), await account.closures()) == ("liquidate", 1)


async def test_a_loss_on_open_positions_is_judged_at_once(account: Account) -> None:
    losing = {"equity": "7000.00", "positions": [position("1", profit="-3000.00")]}
    await account.look("10000.00", **losing)
    assert (await account.guard(), await account.closures()) == ("liquidate", 1)


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_that_is_wrong_makes_no_loss_of_a_withdrawal(hub: RunningHub, hours: int) -> None:
    account, off = Account(await verified(hub)), timedelta(hours=hours)

    def now() -> str:
        return (datetime.now(UTC) + off).isoformat()

    await account.look("10000.00", time=now())
    await account.look("5000.00", deposit("d1", "-5000.00", now()), time=now())
    assert (await account.guard(), await account.closures()) == ("ok", 0)


async def test_the_day_is_that_of_utc(account: Account) -> None:
    losing = {"equity": "9200.00", "positions": [position("1", profit="-800.00")]}
    ahead = (datetime.now(UTC) + timedelta(hours=23, minutes=59)).replace(tzinfo=None).isoformat()
    await account.look("10000.00", time=f"{ahead}+23:59", **losing)
    assert (await account.marks())[1] == 1_000_000


async def test_a_new_link_is_no_new_account(hub: RunningHub) -> None:
    mine = await verified(hub)
    before = Account(mine)
    await before.look("10000.00", positions=[])
    await before.look("10000.00", equity="8500.00", positions=[position("1", profit="-1500.00")])
    await before.look("8500.00", positions=[])
    path = f"/api/v1/accounts/{mine.id}"
    assert (await hub.call("DELETE", path, headers=mine.person.bearer)).status == 204
    again = await linked(hub, mine.person, mine.broker)
    after = Account(Verified(hub, mine.person, mine.device, mine.broker, again["account"]["id"]))
    after.seq = before.seq
    await after.look("8500.00", positions=[])
    assert (await after.guard(), (await after.marks())[0]) == ("block", 1_000_000)


async def test_the_owner_has_drawdown_measured_anew(hub: RunningHub) -> None:
    mine, owner = Account(await verified(hub)), await hub.person("owner")
    path, body = f"/api/v1/accounts/{mine.of.id}/peak", {"because": "agreed on the telephone"}
    await mine.look("10000.00", positions=[])
    await mine.look("10000.00", equity="7900.00", positions=[position("1", profit="-2100.00")])
    await mine.look("7900.00", deposit("d", "-2100.00"), positions=[])
    for stranger in (mine.of.person, await hub.person("admin")):
        assert (await hub.call("POST", path, body, stranger.bearer)).status == 403
    async with signed_in(hub, mine.of.person) as socket:
        await socket.sub(f"equity:{mine.of.person.id}")
        answer = await hub.call("POST", path, body, owner.bearer)
        [told] = await socket.take(1)
    assert (answer.status, answer.body["drawdown_percent"]) == (200, "0.00")
    assert told["data"]["peak_equity"]["amount_minor"] == 790_000
    assert (await mine.guard(), await mine.marks()) == ("ok", (790_000, 790_000))
    [row] = await hub.rows(
        "select meta from identity.audit_log where action = 'account.peak_reset' and target = $1",
        f"account:{mine.of.id}",
    )
    assert "agreed on the telephone" in row["meta"]
    missing = await hub.call("POST", f"/api/v1/accounts/{uuid4()}/peak", body, owner.bearer)
    assert missing.status == 404


async def test_what_is_told_of_long_ago_moves_nothing(account: Account) -> None:
    """A deposit and its loss of last year, told later than others of that time."""
    then = (datetime.now(UTC) - timedelta(days=300)).isoformat()
    lost = earned("d2", "-10000.00") | {"at": then}
    await account.look("10000.00", deposit("d1", "10000.00", then), lost)
    assert (await account.guard(), await account.closures()) == ("ok", 0)
    assert await account.marks() == (1_000_000, 1_000_000)
