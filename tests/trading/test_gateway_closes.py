"""A gateway's device: its preflight, its account, and closes that come until the broker has proven them."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from hub.core.embedded import Endpoints
from hub.trading.commands import service as commands
from hub.trading.commands.models import Close
from tests.hubs import RunningHub, until
from tests.trading.executing import QUICK, SECONDS, Desk, Opened, desk, opener
from tests.trading.looks import Broker, linked
from workers.mt5.simulated import Mood

MARKET = {"order_type": "market", "entry": "2000.20"}


@pytest.fixture
def gateway(hub: RunningHub, servers: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    return opener(hub, servers, tmp_path, monkeypatch)


async def owned(hub: RunningHub, **account: Any) -> tuple[Desk, str]:
    """A desk whose account is linked, and the account's id."""
    mine = await desk(hub, **account)
    link = await linked(hub, mine.person, Broker(mine.server, mine.login))
    return mine, str(link["account"]["id"])


async def until_certified(mine: Desk, account: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def certified() -> bool:
        nonlocal found
        path = f"/api/v1/accounts/{account}/preflight"
        found = (await mine.hub.call("GET", path, headers=mine.person.bearer)).body
        return bool(found["certificate"])

    await until(certified, seconds=SECONDS)

    async def looked_at() -> bool:
        path = f"/api/v1/accounts/{account}/positions?refresh=true"
        return bool((await mine.hub.call("GET", path, headers=mine.person.bearer)).body["account_equity"])

    # no trade is opened on an account of which nobody knows how it stands
    await until(looked_at, seconds=SECONDS)
    return found


async def known(mine: Desk, account: str) -> str | None:
    """The command that the hub knows the one open position by."""
    path = f"/api/v1/accounts/{account}/positions?refresh=true"
    query = "update trading.account_states set received_at = received_at - interval '5 s' where account_id = $1::text::uuid"
    await mine.hub.rows(query, account)
    answer = await mine.hub.call("GET", path, headers=mine.person.bearer)
    [held] = answer.body["open_positions"]
    return held["command_id"] and str(held["command_id"])


async def close(mine: Desk, account: str, ticket: int) -> None:
    async with mine.hub.res.db.transaction() as tx:
        wanted = Close(mine.person.id, UUID(account), str(ticket), "drawdown")
        await commands.issue_closes(tx, mine.hub.res, [wanted])


async def test_a_live_account_is_certified_by_its_gateway_and_may_trade_then(
    hub: RunningHub, gateway: Opened
) -> None:
    mine, account = await owned(hub, kind="real")
    async with gateway(mine):
        found = await until_certified(mine, account)
        assert found["certificate"]["instruments"] == {"XAUUSD": "XAUUSD"}
        assert (found["gap"], {each["severity"] for each in found["findings"]}) == (None, {"warn"})
        await mine.approved()
        await mine.until_status("placed")


async def test_a_live_account_without_a_gateway_that_executes_may_not(
    hub: RunningHub, gateway: Opened
) -> None:
    """The negative control."""
    mine, account = await owned(hub, kind="real")
    async with gateway(mine):
        await until_certified(mine, account)
    query = "update trading.certificates set valid_until = now() where account_id = $1::text::uuid"
    await hub.rows(query, account)
    with pytest.raises(AssertionError, match="not-certified"):
        await mine.approved()


@pytest.mark.parametrize(
    ("moods", "status"),
    [
        ([], "closed"),
        ([replace(QUICK, no_answer=1.0, stall_seconds=0.0)], "closed"),
        ([replace(QUICK, lost=1.0, stall_seconds=0.0)], "closed"),
        ([replace(QUICK, requote=1.0)] * 2, "closed"),
        ([replace(QUICK, requote=1.0)] * 9, "failed"),
    ],
    ids=["calm", "no answer", "lost", "requote", "requotes"],
)
async def test_a_position_is_closed_once_whatever_the_terminal_answers(
    hub: RunningHub, gateway: Opened, moods: list[Mood], status: str
) -> None:
    mine, account = await owned(hub)
    async with gateway(mine):
        await until_certified(mine, account)
        await mine.approved(**MARKET)
        await mine.until_filled()
        [held] = mine.broker.positions()
        assert await known(mine, account) == (await mine.executions())[0]["command_id"]
        mine.driver.moods = list(moods)
        await close(mine, account, held.ticket)
        opened, closed = await mine.until_status(
            "closed" if status == "closed" else "placed", status, seconds=60
        )
        assert (closed["kind"], closed["broker_ticket"]) == (
            "close",
            None if status == "failed" else str(held.ticket),
        )
        if status == "closed":
            assert float(closed["close_price"]) == 2000.0 and opened["close_reason"] == "manual"
        deals = [each for each in mine.broker.books.deals if each.direction == "out"]
        assert len(deals) == (status == "closed")


async def test_a_position_that_is_gone_is_closed_and_one_that_never_was_is_not(
    hub: RunningHub, gateway: Opened
) -> None:
    mine, account = await owned(hub)
    async with gateway(mine):
        await until_certified(mine, account)
        await mine.approved(**MARKET)
        await mine.until_filled()
        [held] = mine.broker.positions()
        mine.price(1975.0)
        await mine.until_status("closed")
        sent = len(mine.driver.sent)
        await close(mine, account, held.ticket)
        await mine.until_status("closed", "closed")
        await close(mine, account, 4711)
        told = await mine.until_status("closed", "closed", "refused")
        assert told[2]["error"] == "there is no such position"
        assert len(mine.driver.sent) == sent


async def test_a_close_for_another_account_is_refused(hub: RunningHub, gateway: Opened) -> None:
    mine, account = await owned(hub)
    other = (await linked(hub, mine.person, Broker("Elsewhere-1", str(UUID(account).int % 10**9))))[
        "account"
    ]["id"]
    async with gateway(mine):
        await until_certified(mine, account)
        await close(mine, str(other), 4711)
        [told] = await mine.until_status("refused")
        assert told["error"] == "this terminal is on another account"
