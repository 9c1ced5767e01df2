"""`caerus loadtest`: a hub, a scenario, a live display, figures."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct
from rich.console import Console

from workers.loadtest import stage as stages
from workers.loadtest.address import Address
from workers.loadtest.cost import Meter
from workers.loadtest.identities import Identities
from workers.loadtest.live import Live
from workers.loadtest.outcome import Outcome
from workers.loadtest.scene import Scene
from workers.loadtest.stage import Stage
from workers.loadtest.wire import Connection

_SPARE_FILES = 400


class BadRequest(Exception):
    """What was asked for makes no sense here; the message says what would."""


class Plan(Struct, frozen=True):
    """A scenario with its options; `play` plays it."""

    name: str
    options: dict[str, int | float]
    play: Callable[[Scene, Stage], Awaitable[None]]
    sockets: int = 1
    terminals: int = 0
    grace: float = 10


def run(
    plan: Plan, console: Console, *, target: str | None, identities: Path | None, max_p99_ms: float | None
) -> Outcome:
    """Play it, on a hub of its own or on `target`."""
    _enough_files(plan.sockets)
    if target is None:
        with stages.own(plan.sockets, plan.terminals) as stage:
            return _run(plan, stage, console, "a throw-away hub on this machine", max_p99_ms)
    if identities is None:
        raise BadRequest(
            "--target needs --identities: a file that `caerus loadtest prepare` wrote at that hub."
        )
    try:
        address = Address.of(target)
    except ValueError as error:
        raise BadRequest(str(error)) from None
    who = Identities.read(identities)
    if len(who.devices) < plan.terminals:
        raise BadRequest(
            f"{identities} has {len(who.devices)} terminals; {plan.name} needs {plan.terminals}. "
            f"Run `caerus loadtest prepare --terminals {plan.terminals}` again."
        )
    who = msgspec.structs.replace(who, devices=who.devices[: plan.terminals])
    return _run(plan, Stage(address, who), console, address.url, max_p99_ms)


def _enough_files(sockets: int) -> None:
    """One socket is one open file: raise the soft limit to the hard one, for us and the hub that we start."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if sockets + _SPARE_FILES > hard:
        raise BadRequest(
            f"{sockets:,} sockets need as many open files; the limit here is {hard:,} (ulimit -Hn). "
            f"At most {hard - _SPARE_FILES:,} go."
        )


async def _reachable(address: Address) -> None:
    try:
        (await address.connect(Connection)).transport.close()
    except OSError as error:
        raise BadRequest(f"{address.url} cannot be reached: {error}") from None


def _run(plan: Plan, stage: Stage, console: Console, target: str, max_p99_ms: float | None) -> Outcome:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_play(plan, stage, console, target, max_p99_ms))


async def _play(plan: Plan, stage: Stage, console: Console, target: str, max_p99_ms: float | None) -> Outcome:
    scene, began, clock = (
        Scene(stage.address, stage.who, grace=plan.grace),
        datetime.now(UTC),
        time.monotonic(),
    )
    await _reachable(stage.address)
    meter, server = Meter(), stage.server()
    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(meter.run()), group.create_task(Live(scene, console, plan.name).run())]
        await plan.play(scene, stage)
        for task in beside:
            task.cancel()
    scene.pool.close()
    return Outcome(
        scenario=plan.name,
        target=target,
        began=began.isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=round(time.monotonic() - clock, 2),
        options=plan.options,
        expected=scene.expected,
        delivered=scene.delivered,
        lost=scene.lost,
        doubled=scene.doubled,
        errors=dict(scene.errors),
        stages=[recorder.stage() for recorder in scene.recorders.values() if recorder.count],
        facts=scene.facts,
        generator=meter.cost(),
        server=server.read() if server else None,
        max_p99_ms=max_p99_ms,
    )
