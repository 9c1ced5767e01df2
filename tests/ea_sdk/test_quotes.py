"""What the reference EA quotes to a real hub with its snapshots."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.ea_sdk.test_hub import Desk, desk
from tests.hubs import RunningHub, until
from tests.metrics import here, moved


def a_symbol() -> str:
    """One that no other terminal quotes."""
    return f"Q{uuid4().hex[:8].upper()}"


async def quotes(at: Desk) -> dict[str, dict[str, Any]]:
    """What the hub shows its people, by symbol."""
    answer = await at.hub.call("GET", "/api/v1/quotes", headers=at.person.bearer)
    assert answer.status == 200, answer.raw
    return {each["symbol"]: each for each in answer.body["items"]}


async def owner(hub: RunningHub, folder: Path, symbols: str, **settings: str) -> Desk:
    """An owner's terminal, whose quotes everybody is shown. The broker has the first symbol, unless told otherwise."""
    shown = {"EA_PreflightSymbols": symbols, "SHIM_SYMBOL": symbols.partition(";")[0]}
    return await desk(hub, folder, "owner", **(shown | {"EA_SnapshotSeconds": "1"} | settings))


async def quoted(at: Desk, symbol: str, **wanted: Any) -> dict[str, Any]:
    """The quote of that symbol, once it is as wanted."""

    async def so() -> bool:
        found = (await quotes(at)).get(symbol, {})
        return bool(found) and found | wanted == found

    try:
        await until(so, seconds=20)
    except TimeoutError:
        raise AssertionError((await quotes(at), at.terminal.log()[-3000:])) from None
    return (await quotes(at))[symbol]


async def test_an_owner_s_terminal_quotes_what_it_reports(hub: RunningHub, tmp_path: Path) -> None:
    symbol, unknown = a_symbol(), a_symbol()
    at = await owner(hub, tmp_path, f"{unknown};{symbol}", SHIM_SYMBOL=symbol)
    async with at.terminal.running():
        shown = await quoted(at, symbol, bid="1650.00", ask="1650.20", stale=False)
        assert (shown["source"], shown["spread"]) == ("owner", "0.20")
        at.terminal.market(1651.0, 1651.25)
        await quoted(at, symbol, bid="1651.00", ask="1651.25")
    assert unknown not in await quotes(at)


async def test_a_tick_keeps_its_time_in_utc_however_often_it_is_shown(
    hub: RunningHub, tmp_path: Path
) -> None:
    """The broker's clock is two hours east."""
    symbol = a_symbol()
    at = await owner(hub, tmp_path, symbol)
    ticked = round(datetime.now(UTC).timestamp(), 3) - 3600
    at.terminal.market(1650.0, 1650.2, tick=ticked)
    looks = "select seq from trading.account_states where account_id = $1::text::uuid"
    async with at.terminal.running():
        shown = await quoted(at, symbol, stale=True)
        assert datetime.fromisoformat(shown["time"]).timestamp() == ticked
        before = await hub.rows(looks, at.account)

        async def looked_again() -> bool:
            return bool(await hub.rows(looks, at.account) != before)

        await until(looked_again)
    assert (await quotes(at))[symbol]["time"] == shown["time"]


async def test_a_symbol_before_its_first_tick_is_left_out(hub: RunningHub, tmp_path: Path) -> None:
    symbol, before = a_symbol(), here()
    at = await owner(hub, tmp_path, symbol)
    at.terminal.market(0.0, 0.0)
    async with at.terminal.running():
        await until(lambda: verified(at), seconds=20)
        at.terminal.market(1650.0, 1650.2)
        await quoted(at, symbol)
    assert "quotes_taken_total{result=price}" not in moved(before, "quotes_taken_total")


async def verified(at: Desk) -> bool:
    """Whether a snapshot was taken."""
    query = "select verified_at is not null from trading.accounts where id = $1::text::uuid"
    return bool((await at.hub.rows(query, at.account))[0][0])


async def test_twenty_are_quoted_each_once_and_what_is_open_first(hub: RunningHub, tmp_path: Path) -> None:
    """A snapshot of more is refused whole."""
    traded, others = a_symbol(), [a_symbol() for _ in range(22)]
    listed = ";".join([others[0], *others, traded])
    also = {"SHIM_SYMBOL": traded, "SHIM_ALSO_QUOTED": ";".join(others), "EA_SymbolMap": f"XAUUSD={traded}"}
    at = await owner(hub, tmp_path, listed, **also)
    await at.approved(order_type="market", entry="1650.20")
    async with at.terminal.running():
        await at.reached("placed")
        await quoted(at, traded)
        shown = await quotes(at)
    assert [each for each in [traded, *others] if each in shown] == [traded, *others[:19]]
