"""Nothing is lost, doubled or leaked whatever dies; and with each protection removed the model says so."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.chaos.controls.table import CONTROLS, Control
from tests.chaos.faults import FAULTS, shares
from tests.chaos.fleet import HUBS
from tests.chaos.rounds import Outcome, play
from tests.chaos.stream_model import Breach
from tests.chaos.subscribers import TOO_SLOW, UNAUTHENTICATED
from tests.chaos.world import World, stack, world
from tests.hubs import until

SEED = 20_261_124
ATTEMPTS, SETTLE_SECONDS = 12, 3

pytestmark = pytest.mark.chaos


class Running:
    """A world, and the loop that it lives on."""

    def __init__(self, runner: asyncio.Runner, world: World) -> None:
        self.run, self.world = runner.run, world


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with stack() as servers, asyncio.Runner() as runner:
        entered = world(servers, SEED)
        yield Running(runner, runner.run(entered.__aenter__()))
        runner.run(entered.__aexit__(None, None, None))


async def _rounds(world: World) -> list[Outcome]:
    return [await play(world, name) for name in shares(len(FAULTS), random.Random(SEED))]


def test_every_fault_once_loses_doubles_and_leaks_nothing(running: Running) -> None:
    outcomes = running.run(_rounds(running.world))
    codes: Counter[int] = Counter()
    for outcome in outcomes:
        codes.update(outcome.codes)

    assert {outcome.faults[0]: outcome.breaches for outcome in outcomes} == {name: [] for name in FAULTS}
    assert [outcome.died for outcome in outcomes if outcome.died] == []
    assert all(outcome.events and outcome.deliveries for outcome in outcomes)
    assert min(sum(outcome.resumes for outcome in outcomes), sum(o.snapshots for o in outcomes)) > 10
    assert sum(outcome.refusals for outcome in outcomes) > 10
    assert codes[TOO_SLOW]
    assert codes[UNAUTHENTICATED]


async def _found(world: World, control: Control) -> list[Breach]:
    """The breaches of the first round that has one of the kind looked for; a busy machine may show others before."""
    await _without(world, control)
    found = list[Breach]()
    for _ in range(ATTEMPTS):
        found = (await play(world, control.fault, settle=SETTLE_SECONDS)).breaches or found
        if control.finds in {breach.kind for breach in found}:
            break
    return found


async def _without(world: World, control: Control | None) -> None:
    """Take a protection away, or give all back; Redis begins anew, so that nothing of before is in the way."""
    await world.fleet.swap(control.processes if control else {})
    world.machines.keeps = not control or control.keeps
    for hub in HUBS:
        world.fleet.proxies[f"slow-{hub}"].dropping = bool(control and control.drops)
    await until(world.sent, seconds=30)
    await world.machines.redis("FLUSHALL")
    await world.begin(control.habits if control else None)


async def _again(world: World) -> list[Breach]:
    await _without(world, None)
    return (await play(world)).breaches


@pytest.mark.parametrize("name", CONTROLS)
def test_the_model_finds(running: Running, name: str) -> None:
    found = running.run(_found(running.world, CONTROLS[name]))
    after = running.run(_again(running.world))

    assert CONTROLS[name].finds in {breach.kind for breach in found}
    assert after == []


def test_every_fault_but_the_worker_s_has_a_control() -> None:
    assert set(FAULTS) - {control.fault for control in CONTROLS.values()} == {"kill worker"}
