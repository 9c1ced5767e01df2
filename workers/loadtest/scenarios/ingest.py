"""Signed signals: a steady rate, then a burst of many at once. A 201 is a commit."""

import time

from workers.loadtest.scene import Scene, gathered
from workers.loadtest.wire import paced


async def ingest(scene: Scene, *, rate: float, seconds: float, burst: int) -> None:
    """One socket listens: what was stored and does not come out there is lost."""
    listeners, count = await scene.listeners(1), max(int(rate * seconds), 1)
    steady, at_once = scene.recorder("steady: post to stored"), scene.recorder("burst: post to stored")

    async def post(number: int, intended: float) -> None:
        await scene.post(number, intended, steady)

    scene.phase("steady", count)
    await paced(rate, count, post)
    scene.phase("burst", burst)
    began = time.perf_counter()
    await gathered(*(scene.post(count + number, began, at_once) for number in range(burst)))
    if burst:
        scene.facts["stored a second in the burst"] = round(burst / (time.perf_counter() - began), 1)
    await scene.everything()
    scene.closed(listeners)
    listeners.close()
