"""Every socket is cut, misses signals, and all come back at once."""

import asyncio
import random
import time

from workers.loadtest.listeners import Listener
from workers.loadtest.scene import Scene
from workers.loadtest.subscriber import Refused
from workers.loadtest.wire import paced

_POSTED_A_SECOND = 400
_TRIES = 5


async def storm(scene: Scene, *, sockets: int, missed: int) -> None:
    """How long until everybody has everything, and whether anything is missing."""
    listeners = await scene.listeners(sockets, "reconnect to missed signal")
    deliveries = scene.deliveries
    assert deliveries
    await listeners.cut()
    scene.phase("signals that all miss", missed)

    async def post(number: int, intended: float) -> None:
        await scene.post(number, intended)

    await paced(_POSTED_A_SECOND, missed, post)
    scene.phase("all come back", sockets)
    began = time.perf_counter()
    deliveries.due(began)
    async with asyncio.TaskGroup() as group:
        for listener in listeners.all:
            group.create_task(_back(scene, listener, began))
    scene.facts["seconds until all are subscribed again"] = round(time.perf_counter() - began, 3)
    await scene.everything()
    scene.facts["seconds until all have everything"] = round(deliveries.last - began, 3)
    scene.closed(listeners)
    listeners.close()


async def _back(scene: Scene, listener: Listener, began: float) -> None:
    for _ in range(_TRIES):
        try:
            await listener.open(scene.address, scene.calls, resume=True)
        except (Refused, OSError):
            scene.facts["reconnects tried again"] = scene.facts.get("reconnects tried again", 0) + 1
            await asyncio.sleep(random.random())
            continue
        scene.recorder("reconnect to subscribed").record(began, time.perf_counter())
        if not listener.recovered:
            scene.errors["a socket could not resume where it was"] += 1
        scene.step()
        return
    scene.errors["a socket did not get back in"] += 1
