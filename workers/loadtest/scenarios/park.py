"""Long polls of terminals are parked, and one approval wakes them all."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from workers.loadtest.identities import Device
from workers.loadtest.scene import Scene
from workers.loadtest.wire import Answer, Connection

_WAIT_SECONDS = 30
_OPEN_AT_ONCE = 100

Parked = Callable[[int], Awaitable[None]]
"""Returns when the hub holds so many polls."""


class _Command(Struct, frozen=True):
    id: str


class _Polled(Struct, frozen=True):
    cursor: str
    commands: list[_Command]


_polled = msgspec.json.Decoder(_Polled).decode


async def settled(count: int) -> None:
    """Where nobody can look into the hub: it parks more than a thousand a second."""
    await asyncio.sleep(1 + count / 1000)


async def park(scene: Scene, *, polls: int, rounds: int, parked: Parked = settled) -> None:
    """Each poll must be answered with a command after each approval."""
    devices = scene.who.devices
    cursors = await _cursors(scene, devices)
    scene.phase("opening connections", polls)
    connections = await _connections(scene, polls)
    for number in range(rounds):
        scene.phase(f"parking, round {number + 1} of {rounds}", polls)
        async with asyncio.TaskGroup() as group:
            waiting = [
                group.create_task(_poll(scene, connection, devices[at % len(devices)], cursors))
                for at, connection in enumerate(connections)
            ]
            await parked(polls)
            scene.phase(f"waking, round {number + 1} of {rounds}", polls)
            woken = await _approve(scene, number)
        _count(scene, [task.result() for task in waiting], woken)
        cursors = await _cursors(scene, devices)
    for connection in connections:
        connection.transport.close()


async def _connections(scene: Scene, count: int) -> list[Connection]:
    gate = asyncio.Semaphore(_OPEN_AT_ONCE)

    async def one() -> Connection:
        async with gate:
            made = await scene.address.connect(Connection)
            scene.step()
            return made

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _poll(
    scene: Scene, connection: Connection, device: Device, cursors: dict[str, str]
) -> Answer | None:
    try:
        answer = await connection.send(scene.calls.poll(device, cursors[device.id], _WAIT_SECONDS))
    except OSError as error:
        scene.errors[f"a poll ended without an answer ({type(error).__name__})"] += 1
        return None
    scene.step()
    return answer


async def _approve(scene: Scene, number: int) -> float:
    """When the approval was sent."""
    answer = await scene.call(scene.calls.signal(f"{scene.mark}-{number}"), 201)
    signal = msgspec.json.decode(answer.body)["id"] if answer else ""
    began = time.perf_counter()
    await scene.call(scene.calls.approve(signal), 201, 200)
    return began


def _count(scene: Scene, answers: list[Answer | None], woken: float) -> None:
    recorder, last = scene.recorder("approval to poll"), woken
    scene.expected += len(answers)
    for answer in answers:
        if answer is None or answer.status != 200 or not _polled(answer.body).commands:
            scene.lost += 1
            continue
        scene.delivered += 1
        recorder.record(woken, answer.at)
        last = max(last, answer.at)
    took = round(last - woken, 3)
    scene.facts["seconds until all are answered"] = max(
        took, scene.facts.get("seconds until all are answered", 0.0)
    )


async def _cursors(scene: Scene, devices: list[Device]) -> dict[str, str]:
    """Where each device stands, with nothing left to be acknowledged."""
    found: dict[str, str] = {}

    async def one(device: Device) -> None:
        answer = await scene.call(scene.calls.poll(device, "", 0), 200)
        polled = _polled(answer.body) if answer else _Polled("", [])
        found[device.id] = polled.cursor
        for command in polled.commands:
            await scene.call(scene.calls.ack(device, command.id), 200, 201, 409)

    await asyncio.gather(*(one(device) for device in devices))
    return found
