"""What a turn may take, and what happens when the terminal ends the program in the middle of one."""

import asyncio
import signal

from tests.client.fakehub import FakeHub
from tests.ea_sdk.journals import read
from tests.ea_sdk.spoilers import spoiler
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy

MARKET = {"order_type": "market"}


async def test_the_floor_does_not_wait_for_all_acknowledgements_of_a_slow_hub(
    fake: FakeHub, terminal: Terminal
) -> None:
    """Forty are owed, and the hub takes 0.4 s for each."""
    for _ in range(20):
        fake.command(buy(**MARKET))
    async with spoiler(fake.url) as between:
        forward = between._forward

        async def slowly(head: bytes, body: bytes) -> bytes:
            if b"/client/ack" in head.split(b"\r\n")[0]:
                terminal.market(1990.0, 1990.2)
                await asyncio.sleep(0.4)
            return await forward(head, body)

        between._forward = slowly  # type: ignore[method-assign]
        terminal.settings["EA_ApiBase"] = between.url
        async with terminal.running(EA_EquityFloor="8500"):
            await terminal.says("equity floor reached, closing")
            assert len(fake.acks) < 10
    assert terminal.placed() == 20


async def test_a_program_that_is_being_ended_leaves_commands_to_the_next(
    fake: FakeHub, terminal: Terminal
) -> None:
    """The answer that lists the command comes in the moment of the end."""
    async with spoiler(fake.url) as between:
        terminal.settings["EA_ApiBase"] = between.url
        async with terminal.running() as process:
            await terminal.says("the hub answers")
            sent = fake.command(buy())

            def ended(answer: bytes) -> bytes:
                if sent.encode() in answer and process.returncode is None:
                    process.send_signal(signal.SIGTERM)
                return answer

            between.spoil = ended
            assert await asyncio.wait_for(process.wait(), 20) == 0
        assert (terminal.placed(), fake.acks) == (0, [])
        [journal] = terminal.folder.glob("*.journal")
        assert [record["r"] for record in read(journal)] == ["start"]
        between.spoil = None
        async with terminal.running():
            await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert terminal.placed() == 1


async def test_an_order_that_the_end_kept_from_the_broker_is_placed_by_the_next(
    fake: FakeHub, terminal: Terminal
) -> None:
    """The end comes between the look at it and the order."""
    sent = fake.command(buy())
    async with terminal.running(SHIM_TRADE="stopped") as process:
        assert await asyncio.wait_for(process.wait(), 20) == 0
    assert (terminal.placed(), fake.acks) == (0, [])
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert terminal.placed() == 1
