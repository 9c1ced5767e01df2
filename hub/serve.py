"""One hub process: uvicorn with our socket protocol, and the ops port beside it."""

import asyncio
import gc
import signal
import socket
from contextlib import suppress
from types import FrameType

import structlog
import uvicorn

from hub.app import create_app
from hub.core import health, servers
from hub.core.connection import bounded
from hub.core.ops import ops
from hub.core.problems import Unavailable
from hub.core.resources import Resources
from hub.core.settings import ServeSettings, Settings
from hub.core.stream.protocol import StreamProtocol

log = structlog.get_logger()


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

    async def look(self) -> None:
        """Bring the gauges of readiness and of the relay's lag up to date."""
        if self.started:
            with suppress(Unavailable):  # the gauges tell
                await health.check(self.resources)


def server(settings: Settings, dsn: str, redis_url: str) -> HubServer:
    """A hub that is configured and not yet running."""
    config = uvicorn.Config(
        create_app(settings, dsn, redis_url),
        host=settings.serve.host,
        port=settings.serve.port,
        loop="uvloop",
        http=bounded(settings.serve),
        ws=StreamProtocol,
        ws_max_size=65_536,
        ws_per_message_deflate=False,  # uvicorn's own; `StreamProtocol` offers one that serves all sockets
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


def shared_port(settings: ServeSettings) -> socket.socket:
    """The hub's address, which other processes of this user may listen at too: the kernel deals connections out."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((settings.host, settings.port))
    listening.setblocking(False)
    return listening


async def serve(settings: Settings, dsn: str, redis_url: str, *, shared: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; running requests end first, sockets are told to reconnect.

    `NoServers` if there is no Redis at the start.
    """
    await servers.must_answer(settings, redis_url)
    _warn_of_unsigned(settings)
    hub = server(settings, dsn, redis_url)
    async with ops(settings.serve, "serve", hub.look):
        _collect_rarely()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hub.read_secrets_again)
        await hub.serve([shared_port(settings.serve)] if shared else None)


def _warn_of_unsigned(settings: Settings) -> None:
    if off := settings.security.unsigned():
        log.warning("signatures.optional", because=[f"{name}=false" for name in off])


def _collect_rarely() -> None:
    """What was imported lives for ever, and requests leave few cycles: spare the collector most of its work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
