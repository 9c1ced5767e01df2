"""One hub process: uvicorn with our socket protocol, and the ops server beside it."""

import gc
import signal
import socket
from contextlib import suppress
from types import FrameType

import structlog
import uvicorn
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hub.app import create_app
from hub.core import health
from hub.core.problems import Unavailable
from hub.core.resources import Resources
from hub.core.settings import Settings
from hub.core.stream.frames import StreamProtocol

log = structlog.get_logger()


class HubServer(uvicorn.Server):
    """uvicorn, which first hands back every parked poll when it is told to stop."""

    @property
    def resources(self) -> Resources:
        """What the running hub holds open."""
        found: Resources = self.lifespan.state["resources"]
        return found

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        log.info("hub.started", host=self.config.host, port=self.config.port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.resources.feed.close()
        await super().shutdown(sockets)
        log.info("hub.stopped")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn's, which would raise the signal once more at the end: what comes after could not run."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def server(settings: Settings, dsn: str, redis_url: str) -> HubServer:
    """A hub that is configured and not yet running."""
    config = uvicorn.Config(
        create_app(settings, dsn, redis_url),
        host=settings.serve.host,
        port=settings.serve.port,
        loop="uvloop",
        http="httptools",
        ws=StreamProtocol,
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        ws_ping_interval=25,
        ws_ping_timeout=20,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=settings.serve.shutdown_seconds,
        backlog=4096,
        lifespan="on",
    )
    return HubServer(config)


async def serve(settings: Settings, dsn: str, redis_url: str) -> None:
    """Serve until SIGTERM or SIGINT; running requests end first, sockets are told to reconnect."""
    hub = server(settings, dsn, redis_url)
    runner = await ops(settings, hub)
    _collect_rarely()
    try:
        await hub.serve()
    finally:
        await runner.cleanup()


def _collect_rarely() -> None:
    """What was imported lives for ever, and requests leave few cycles: spare the collector most of its work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def ops(settings: Settings, hub: HubServer) -> web.AppRunner:
    """`/metrics`, on a port of its own that is never public; each scrape looks how far the relay is."""

    async def metrics(_: web.Request) -> web.Response:
        if hub.started:
            with suppress(Unavailable):  # the gauges tell
                await health.check(hub.resources)
        return web.Response(body=generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    if settings.serve.ops_port:
        await web.TCPSite(runner, settings.serve.host, settings.serve.ops_port).start()
    return runner
