"""The ops port of a process: `/metrics`, `/health` and, where a process has one, `/ready`; for scrapers and supervisors inside, never public."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hub.core.settings import ServeSettings

PROCESSES = ("serve", "relay", "work", "market", "trade", "gateway")
_SHUTDOWN_SECONDS = 1.0

Look = Callable[[], Awaitable[None]]


class Standing:
    """How a process stands, for `/ready`. `lacks`: what keeps it from its work, in a sentence; empty if nothing does.

    Whoever reaches the port may read the sentence: it has no address and no secret.
    """

    def __init__(self) -> None:
        self.lacks = "It is starting."


class NoOpsPort(Exception):
    """The ops port cannot be opened; the message says what to set."""


def ports(first: int) -> dict[str, int]:
    """The port of each kind of process on one machine: `first` and those after it. With 0 all are off."""
    return {name: first + number if first else 0 for number, name in enumerate(PROCESSES)}


def port_of(serve: ServeSettings, process: str) -> int:
    """`OPS_PORT` as it is set; without it each kind of process has a default of its own."""
    return serve.ops_port if "ops_port" in serve.model_fields_set else ports(serve.ops_port)[process]


@asynccontextmanager
async def ops(
    serve: ServeSettings, process: str, look: Look | None = None, standing: Standing | None = None
) -> AsyncIterator[None]:
    """Answer on `HUB_HOST` and the process's port until the block ends; on port 0 nothing listens.

    `look` is awaited before each scrape, for gauges that must be asked for; `standing` is what `/ready` says.
    `NoOpsPort` if the port is taken.
    """
    runner = web.AppRunner(_app(look, standing), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        if port := port_of(serve, process):
            await _listen(runner, serve.host, port)
        yield
    finally:
        await runner.cleanup()


def _app(look: Look | None, standing: Standing | None) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        if look:
            await look()
        return web.Response(body=generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/health", _health)
    if standing:
        app.router.add_get("/ready", _ready(standing))
    return app


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        raise NoOpsPort(
            f"Metrics cannot be served on {host}:{port}: {why}. "
            f"Choose another port, such as OPS_PORT={port + 10}, or OPS_PORT=0 for none."
        ) from error


def _ready(standing: Standing) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        if standing.lacks:
            return web.json_response({"status": "not ready", "detail": standing.lacks}, status=503)
        return web.json_response({"status": "ready"})

    return answer


async def _health(_: web.Request) -> web.Response:
    """The process lives and its loop turns; what it depends on is `/api/v1/ready`'s to say."""
    return web.json_response({"status": "ok"})
