"""One hub process: uvicorn with our socket protocol, and the ops server beside it."""

import asyncio
import gc
import signal
import socket

import uvicorn
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hub.app import create_app
from hub.core.resources import Resources
from hub.core.settings import Settings
from hub.core.stream.frames import StreamProtocol


class HubServer(uvicorn.Server):
    """uvicorn, which first hands back every parked poll when it is told to stop."""

    @property
    def resources(self) -> Resources:
        """What the running hub holds open."""
        found: Resources = self.lifespan.state["resources"]
        return found

    def read_secrets_again(self) -> None:
        """What SIGHUP does; a hub that starts is reading them."""
        if self.started:
            self.resources.secrets.refresh_soon()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.resources.feed.close()
        await super().shutdown(sockets)


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
    runner = await _ops(settings)
    _collect_rarely()
    hub = server(settings, dsn, redis_url)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hub.read_secrets_again)
    try:
        await hub.serve()
    finally:
        await runner.cleanup()


def _collect_rarely() -> None:
    """What was imported lives for ever, and requests leave few cycles: spare the collector most of its work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def _ops(settings: Settings) -> web.AppRunner:
    """`/metrics`, on a port of its own that is never public."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    if settings.serve.ops_port:
        await web.TCPSite(runner, settings.serve.host, settings.serve.ops_port).start()
    return runner
