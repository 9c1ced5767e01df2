"""A trading day, mixed: sockets, terminals that poll, signals, approvals, dashboards that read, and reconnects."""

import asyncio
import random
import time

import msgspec
from caerus_client.keys import decode_secret, seal_key
from caerus_client.models import SealedCommand
from caerus_client.sealing import open_sealed

from workers.loadtest.identities import Device
from workers.loadtest.listeners import Listeners
from workers.loadtest.scene import Scene
from workers.loadtest.subscriber import Refused
from workers.loadtest.wire import Connection, paced

_WAIT_SECONDS = 20


class _Polled(msgspec.Struct, frozen=True):
    cursor: str
    commands: list[SealedCommand]


_polled = msgspec.json.Decoder(_Polled, strict=False).decode


class Day:
    """`reads` a second are GETs of dashboards; a socket a second drops out and resumes."""

    def __init__(self, scene: Scene, listeners: Listeners) -> None:
        self._scene, self._listeners = scene, listeners
        self._approved: dict[str, float] = {}
        self._got: dict[str, set[str]] = {}

    async def run(self, rate: float, reads: float, seconds: float) -> None:
        """Until the day is over and everything under way has come."""
        scene, devices = self._scene, self._scene.who.devices
        scene.phase("the day", int(rate * seconds))
        async with asyncio.TaskGroup() as group:
            background = [group.create_task(self._terminal(device)) for device in devices]
            background.append(group.create_task(self._drop_outs()))
            async with asyncio.TaskGroup() as work:
                work.create_task(paced(rate, int(rate * seconds), self._signal))
                work.create_task(paced(reads, int(reads * seconds), self._read))
            background.pop().cancel()
            await self._commands_came()
            for task in background:
                task.cancel()
        await scene.everything()
        expected = len(self._approved) * len(devices)
        got = sum(len(self._got.get(signal, ())) for signal in self._approved)
        scene.expected, scene.delivered = scene.expected + expected, scene.delivered + got
        scene.lost += expected - got

    async def _signal(self, number: int, intended: float) -> None:
        answer = await self._scene.post(number, intended, self._scene.recorder("post to stored"))
        if answer:
            signal = msgspec.json.decode(answer.body)["id"]
            self._approved[signal] = time.perf_counter()
            if not await self._scene.call(self._scene.calls.approve(signal), 201, 200):
                del self._approved[signal]

    async def _read(self, number: int, intended: float) -> None:
        person = random.randrange(len(self._scene.who.tokens))
        calls = self._scene.calls
        answer = await self._scene.call(calls.me(person) if number % 2 else calls.signals(person), 200)
        if answer:
            self._scene.recorder("read").record(intended, answer.at)

    async def _drop_outs(self) -> None:
        while True:
            await asyncio.sleep(1)
            [listener] = random.sample(self._listeners.all, 1)
            await listener.cut()
            began = time.perf_counter()
            try:
                await listener.open(self._scene.address, self._scene.calls, resume=True)
            except (Refused, OSError) as error:
                self._scene.errors[f"a socket did not get back in ({type(error).__name__})"] += 1
                continue
            self._scene.recorder("resume").record(began, time.perf_counter())
            if not listener.recovered:
                self._scene.errors["a socket could not resume where it was"] += 1

    async def _terminal(self, device: Device) -> None:
        scene, cursor, secret = self._scene, "", decode_secret(device.secret)
        connection = await scene.address.connect(Connection)
        try:
            while True:
                answer = await connection.send(scene.calls.poll(device, cursor, _WAIT_SECONDS))
                if answer.status != 200:
                    scene.errors[f"HTTP {answer.status} instead of 200"] += 1
                    await asyncio.sleep(0.1)
                    continue
                polled = _polled(answer.body)
                cursor = polled.cursor
                for sealed in polled.commands:
                    self._command(device, secret, sealed, answer.at)
                    await connection.send(scene.calls.ack(device, sealed.id))
        finally:
            connection.transport.close()

    def _command(self, device: Device, secret: bytes, sealed: SealedCommand, at: float) -> None:
        key = seal_key(secret, device.id, sealed.sealed.key_version)
        plain = open_sealed(key, sealed.sealed, device_id=device.id, command_id=sealed.id)
        signal = msgspec.json.decode(plain)["signal_id"]
        got = self._got.setdefault(signal, set())
        if signal in self._approved and device.id not in got:
            got.add(device.id)
            self._scene.recorder("approval to terminal").record(self._approved[signal], at)

    async def _commands_came(self) -> None:
        deadline = time.perf_counter() + self._scene.grace
        wanted = len(self._scene.who.devices)
        while time.perf_counter() < deadline:
            if all(len(self._got.get(signal, ())) == wanted for signal in self._approved):
                return
            await asyncio.sleep(0.01)


async def day(scene: Scene, *, sockets: int, rate: float, reads: float, seconds: float) -> None:
    """All of it at once."""
    listeners = await scene.listeners(sockets)
    await Day(scene, listeners).run(rate, reads, seconds)
    scene.closed(listeners)
    listeners.close()
