"""Signals at a steady rate to many sockets: post, transaction, relay, bus and fan-out are inside."""

from workers.loadtest.scene import Scene
from workers.loadtest.wire import paced


async def fanout(scene: Scene, *, sockets: int, rate: float, seconds: float) -> None:
    """Open loop: a signal goes at its time, however late the ones before it are."""
    listeners, count = await scene.listeners(sockets), max(int(rate * seconds), 1)
    stored = scene.recorder("post to stored")

    async def post(number: int, intended: float) -> None:
        await scene.post(number, intended, stored)

    scene.phase("signals", count)
    await paced(rate, count, post)
    await scene.everything()
    scene.closed(listeners)
    listeners.close()
