"""The servers that are measured: ours, and its peers."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench import cores
from bench.compiled import program
from bench.fanout.publish import TOPIC, OnBus, Publisher, through_socket
from bench.peers import environment
from hub.core.embedded.process import free_port
from hub.core.ids import uuid7
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from workers.up.stack import Stack, throw_away

PEERS_FOLDER = Path(__file__).parents[1] / "peers"
SOCKETS_A_PERSON = 4


def _node() -> str:
    found = shutil.which("node")
    if found is None or not (PEERS_FOLDER.parents[1] / "clients" / "node_modules" / "ws").exists():
        sys.exit(
            "The peer `node` needs Node and clients/node_modules (make setup-dev); or leave it out: --peers"
        )
    return found


COMMANDS: dict[str, Callable[[], list[str]]] = {
    "c": lambda: [program("floor")],
    "node": lambda: [_node(), str(PEERS_FOLDER / "node.mjs")],
    "websockets": lambda: [sys.executable, "-m", "bench.peers.library"],
    "uvicorn": lambda: [sys.executable, "-m", "bench.peers.stock"],
    "uws": lambda: [environment.python(), str(PEERS_FOLDER / "socketify_app.py")],
}
NAMES = {
    "caerus": "caerus",
    "c": "C, epoll + send()",
    "node": "Node ws",
    "websockets": "websockets broadcast()",
    "uvicorn": "uvicorn stock send_text",
    "uws": "uWebSockets (socketify)",
}


class Server(msgspec.Struct):
    """A running server, and how to subscribe and publish."""

    name: str
    base_url: str
    pid: int
    publisher: Callable[[int], Awaitable[Publisher]]
    subprotocol: str = ""
    hello: Sequence[str] = ()
    who: Sequence[str] = ()
    pausable: bool = True
    next: int = 0

    def pause(self) -> None:
        """A peer whose loop spins must not take the core from the one that is measured."""
        if self.pausable:
            os.kill(self.pid, signal.SIGSTOP)

    def go(self) -> None:
        if self.pausable:
            os.kill(self.pid, signal.SIGCONT)


@contextmanager
def peer(name: str) -> Iterator[Server]:
    """One of `COMMANDS`, listening."""
    port = free_port()
    process = subprocess.Popen([*COMMANDS[name](), str(port)], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(port, process)
        cores.server_side(process.pid)
        yield Server(name, url, process.pid, lambda first: through_socket(url, first))
    finally:
        process.kill()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it listens; it is over with us when it ends instead."""

    async def listening() -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            except OSError:
                if process.poll() is not None:
                    sys.exit(f"{process.args} ended with {process.returncode}")
                await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(listening(), 20))


@contextmanager
def ours(people: int) -> Iterator[Server]:
    """A throw-away hub with its databases, and tokens of so many people."""
    with throw_away("serve", "relay") as stack:
        pid = stack.children.pid("serve")
        cores.server_side(pid)
        tokens = asyncio.run(_tokens(stack, people))
        yield Server(
            "caerus", stack.base_url, pid, lambda first: _on_bus(stack, first), "caerus.v1.json",
            ['{"op":"auth","token":"{who}"}', f'{{"op":"sub","id":1,"topic":"{TOPIC}"}}'],
            tokens, pausable=False,
        )  # fmt: skip


async def _on_bus(stack: Stack, first: int) -> Publisher:
    return OnBus(stack.endpoints.redis_url, first)


async def _tokens(stack: Stack, people: int) -> list[str]:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        return [
            res.tokens.mint(uuid7(), "user", Proof(uuid7(), "web", ("pwd",), time.time()))
            for _ in range(people)
        ]


@contextmanager
def all_of(names: Sequence[str], sockets: int) -> Iterator[list[Server]]:
    """Everybody up; peers pause until it is their turn."""
    with ExitStack() as stack:
        running = []
        for name in names:
            server = stack.enter_context(
                ours(-(-sockets // SOCKETS_A_PERSON)) if name == "caerus" else peer(name)
            )
            server.pause()
            running.append(server)
        yield running
