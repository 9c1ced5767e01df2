"""What refuses an acknowledgement for good is the hub, and nobody between."""

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.spoilers import Spoiler, answered, spoiler
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy

PAGE = b"<html><body><h1>Sorry</h1></body></html>"


def stands_between(between: Spoiler, status: int) -> list[int]:
    """From now on acknowledgements get a page of that status, until the list is emptied."""
    pages, forward = [status], between._forward

    async def refuse(head: bytes, body: bytes) -> bytes:
        told = b"/client/ack" in head.split(b"\r\n")[0]
        return answered(pages[0], PAGE, kind="text/html") if told and pages else await forward(head, body)

    between._forward = refuse  # type: ignore[method-assign]
    return pages


@pytest.mark.parametrize("status", [400, 404, 409, 413, 415, 422])
async def test_a_page_of_somebody_between_destroys_no_acknowledgement(
    fake: FakeHub, terminal: Terminal, status: int
) -> None:
    sent = fake.command(buy())
    async with spoiler(fake.url) as between:
        terminal.settings["EA_ApiBase"] = between.url
        pages = stands_between(between, status)
        async with terminal.running():
            await terminal.says(f"/client/ack: hub_failed {status}")
            assert fake.acks == []
            pages.clear()
            # it waits at the hub no more than the word of it: nothing lists it again
            fake.commands.clear()
            await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)


async def test_such_a_page_is_no_sign_of_the_hub(fake: FakeHub, terminal: Terminal) -> None:
    async with spoiler(fake.url) as between:
        terminal.settings["EA_ApiBase"] = between.url
        between.spoil = lambda _: answered(404, PAGE, kind="text/html")
        async with terminal.running():
            await terminal.says("nothing is opened: waiting for the hub's first answer")
            await until(lambda: between.polls > 3, seconds=20)
            assert "the hub answers" not in terminal.log()


async def test_what_the_hub_refused_for_good_is_said_once_more_in_a_programs_life(
    fake: FakeHub, terminal: Terminal
) -> None:
    """While the hub lists the command."""
    fake.ack_faults.extend([404, 404])
    sent = fake.command(buy())
    async with terminal.running():
        await until(lambda: not fake.ack_faults, seconds=20)
        first = len(fake.calls)
        await until(lambda: len(fake.calls) > first + 10, seconds=20)
        assert fake.acks == []
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert terminal.placed() == 1
