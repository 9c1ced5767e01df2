"""Commands that wait for the first quote, orders that wait for their price, and when both end."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.build import compiled
from tests.ea_sdk.journals import read
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, facts

NO_QUOTES = "the terminal has no quotes of XAUUSD yet, its commands wait"


def shortly(seconds: float) -> datetime:
    """What takes long is done before the clock runs."""
    compiled("reference")
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_a_command_waits_for_the_first_quote_and_is_not_begun(
    fake: FakeHub, terminal: Terminal
) -> None:
    terminal.market(0.0, 0.0)
    sent = fake.command(buy())
    async with terminal.running():
        await terminal.says(NO_QUOTES)
        [journal] = terminal.folder.glob("*.journal")
        assert [record["r"] for record in read(journal)] == ["start"]
        assert fake.acks == []
        terminal.market(2000.0, 2000.2)
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert terminal.placed() == 1


@pytest.mark.parametrize("which", ["valid_until", "expires_at"])
async def test_without_a_quote_it_is_refused_when_it_ends(
    fake: FakeHub, terminal: Terminal, which: str
) -> None:
    terminal.market(0.0, 0.0)
    ends = shortly(4).isoformat()
    changed = {"bounds": {"valid_until": ends}} if which == "valid_until" else {"expires_at": ends}
    sent = fake.command(buy(**changed))
    async with terminal.running():
        await terminal.says(NO_QUOTES)
        await until(lambda: fake.statuses(sent) == ["refused"], seconds=20)
    assert facts(fake, sent)[0]["error"].startswith(f"{which}: ")


async def test_the_symbols_of_the_map_are_watched_from_the_start(fake: FakeHub, terminal: Terminal) -> None:
    async with terminal.running(SHIM_UNWATCHED="1", SHIM_SYMBOL="GOLD", EA_SymbolMap="US500=SPX;XAUUSD=GOLD"):
        await terminal.says("the hub answers")
        sent = fake.command(buy())
        await until(lambda: fake.statuses(sent) != [], seconds=20)
    assert fake.statuses(sent) == ["placed"]
    assert NO_QUOTES not in terminal.log()


@pytest.mark.parametrize("settings", [{}, {"SHIM_NO_EXPIRY": "1"}], ids=["broker expires", "EA expires"])
@pytest.mark.parametrize("sooner", ["valid_until", "expires_at"])
async def test_an_order_ends_with_its_consent_or_its_signal_whichever_is_sooner(
    fake: FakeHub, terminal: Terminal, settings: dict[str, str], sooner: str
) -> None:
    """The consent was to a fill until then."""
    soon, late = shortly(6), shortly(360)
    until_then = (
        {"valid_until": soon, "expires_at": late}
        if sooner == "valid_until"
        else {"valid_until": late, "expires_at": soon}
    )
    bounds = {"valid_until": until_then["valid_until"].isoformat()}
    sent = fake.command(buy(expires_at=until_then["expires_at"].isoformat(), bounds=bounds))
    async with terminal.running(**settings):
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
        [order] = terminal.books("order")
        broker_ends = 0 if settings else int(soon.timestamp()) + 7200
        assert int(order["expires"]) == broker_ends
        await until(lambda: "closed" in fake.statuses(sent), seconds=20)
    assert [fact.get("close_reason") for fact in facts(fake, sent)] == [None, "expired"]
    assert terminal.books("order") == []


@pytest.mark.parametrize("off", [-840, -600, -480, 480, 600, 840])
@pytest.mark.parametrize("true", [{}, {"SHIM_SERVER_CLOCK": "1"}], ids=["reckoned", "true"])
async def test_the_brokers_zone_is_known_while_the_machines_clock_is_minutes_off(
    fake: FakeHub, terminal: Terminal, off: int, true: dict[str, str]
) -> None:
    """Whether the terminal reckons the broker's time from the machine's clock or knows it: an order ends when it is to."""
    ends = shortly(3600)
    sent = fake.command(buy(expires_at=ends.isoformat()))
    async with terminal.running(SHIM_CLOCK_SECONDS=str(off), **true):
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert [int(order["expires"]) for order in terminal.books("order")] == [int(ends.timestamp()) + 7200]
