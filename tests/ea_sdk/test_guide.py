"""The parts of the guide that no browser sees: where each file goes, and the courier. The rest: tests/browser/test_guide.py."""

import posixpath
import re

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk import guide
from tests.ea_sdk.build import SDK
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy

FOLDERS = {"service": "Services", "script_show_inputs": "Scripts"}
FILES = guide.rows(guide.section("4. "))
COURIER = guide.section("8. ")


@pytest.mark.parametrize("file", sorted(f"examples/{path.name}" for path in SDK.glob("examples/*.mq5")))
def test_each_program_goes_where_metatrader_and_its_includes_look(file: str) -> None:
    where, include, beside = guide.code(FILES[file])
    source = (SDK / file).read_text()
    [kind] = [FOLDERS[word] for word in FOLDERS if f"#property {word}\n" in source] or ["Experts"]
    assert where.startswith(f"MQL5/{kind}/")
    for named in re.findall(r'#include "([^"]+)"', source):
        assert posixpath.normpath(f"{where}/{named}").startswith(f"{beside}/{include}/")
        assert (SDK / file).parent.joinpath(named).exists()


async def test_with_the_courier_of_the_guide_commands_arrive(fake: FakeHub, terminal: Terminal) -> None:
    inputs = re.findall(
        r"^input \w+ (\w+) = ", (SDK / "examples" / "CourierService.mq5").read_text(), re.MULTILINE
    )
    assert set(guide.rows(COURIER)) <= set(inputs)
    name, value = re.findall(r"set `(\w+)` to `(\w+)`", COURIER)[0]
    sent = fake.command(buy())
    # the mail of a real hub comes every 25 s; here the EA would ask by itself after 45
    async with terminal.running(**{f"EA_{name}": str(int(value == "true"))}):
        first = len(fake.calls)
        async with terminal.running("courier"):
            await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
        assert all("wait=25" in path or "wait=1" in path for _, path in fake.calls[first:])


async def test_the_line_of_a_courier_that_ended_is_said(fake: FakeHub, terminal: Terminal) -> None:
    [line] = guide.lines(COURIER)
    async with terminal.running(EA_UseCourier="1", SHIM_HASTE="100", EA_SafeAfterSeconds="600"):
        await terminal.says(f"{line}\n")
