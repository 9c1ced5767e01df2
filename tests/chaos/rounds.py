"""One round: write, break something, mend it, wait until all is told, and check with the model."""

import time
from collections import Counter
from contextlib import suppress

from msgspec import Struct

from tests.chaos.faults import FAULTS
from tests.chaos.stream_model import Breach, check_truth
from tests.chaos.world import World
from tests.hubs import until

_SETTLE_SECONDS = 30
_MOST_BEFORE, _AFTER = 30, 5
"""Transactions before the first fault and after the last."""


class Outcome(Struct, frozen=True):
    """What came of a round. `lag` (s) is how long after the last commit everything had been told."""

    faults: tuple[str, ...]
    events: int
    deliveries: int
    resumes: int
    snapshots: int
    refusals: int
    codes: dict[int, int]
    died: tuple[str, ...]
    lag: float
    seconds: float
    breaches: list[Breach]

    def line(self) -> str:
        codes = " ".join(f"{code}:{count}" for code, count in sorted(self.codes.items())) or "-"
        return (
            f"{' + '.join(self.faults):<28} {self.events:>5} events {self.deliveries:>6} deliveries "
            f"{self.resumes:>4} resumes {self.snapshots:>3} snapshots  closes {codes:<24} "
            f"lag {self.lag:5.2f} s  {self.seconds:5.1f} s  {len(self.breaches)} breaches"
            f"{'  died by themselves: ' + ' '.join(self.died) if self.died else ''}"
        )


async def play(world: World, *faults: str, settle: float = _SETTLE_SECONDS) -> Outcome:
    """One round with these faults, one after the other."""
    await world.fleet.ready()
    began, before = time.monotonic(), _counted(world)
    world.write()
    await world.wrote(world.random.randint(1, _MOST_BEFORE))
    for name in faults:
        await FAULTS[name](world)
    await world.wrote(_AFTER)
    await world.pause()
    paused = time.monotonic()
    await _settled(world, settle)
    lag = time.monotonic() - paused
    world.must_live()
    events, breaches = _checked(world)
    after = _counted(world)
    await world.dismiss(*world.passing)
    world.passing.clear()
    died, world.fleet.died = tuple(world.fleet.died), []
    return Outcome(
        faults=faults,
        events=events,
        deliveries=after["deliveries"] - before["deliveries"],
        resumes=after["resumes"] - before["resumes"],
        snapshots=after["snapshots"] - before["snapshots"],
        refusals=after["refusals"] - before["refusals"],
        codes={int(code): n for code, n in (after - before).items() if code.isdigit()},
        died=died,
        lag=lag,
        seconds=time.monotonic() - began,
        breaches=breaches,
    )


async def _settled(world: World, seconds: float) -> None:
    """Until everything committed was told to everybody, or it has to be called lost."""
    with suppress(TimeoutError):
        await until(world.sent, seconds=seconds)
    await world.truth.read()
    with suppress(TimeoutError):
        await until(lambda: all(_stands(world)), seconds=seconds)


def _stands(world: World) -> list[bool]:
    return [
        each.stands(topic) == max(world.truth.told[topic], default=0)
        for each in world.subscribers
        for topic, place in each.places.items()
        if place.entitled
    ]


def _checked(world: World) -> tuple[int, list[Breach]]:
    truth = world.truth
    breaches = []
    for topic in sorted(truth.rows | truth.told):
        rows = truth.rows[topic]
        breaches += check_truth(topic, truth.fresh(topic), rows, truth.known(topic))
    for each in world.subscribers:
        for topic, place in each.places.items():
            breaches += place.check(truth.told[topic])
    events = truth.count()
    truth.forget()
    return events, breaches


def _counted(world: World) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in [*world.subscribers, *world.gone]:
        counted["deliveries"] += sum(place.delivered for place in each.places.values())
        counted["resumes"] += each.resumes
        counted["snapshots"] += each.snapshots
        counted["refusals"] += each.refusals
        counted.update({str(code): n for code, n in each.codes.items()})
    return counted
