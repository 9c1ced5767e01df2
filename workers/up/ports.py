"""The ports of `caerus up`: the hub's, and an ops port for each process."""

import socket

from hub.core import ops
from hub.core.settings import ServeSettings

_MEASURED = ("serve", "relay", "work", "market")
_LAST_PORT = 65_535


class NotUp(Exception):
    """Something did not come up; the message says what, and what to do or where its log is."""


def ops_ports(first: int) -> dict[str, int]:
    """By process: `OPS_PORT`, and those after it."""
    return {name: ops.ports(first)[name] for name in _MEASURED}


def must_be_free(serve: ServeSettings, ops_ports: dict[str, int]) -> None:
    """`NotUp`, with what to set, when one of them cannot be had."""
    if not _is_free(serve.host, serve.port):
        raise NotUp(f"Port {serve.port} is taken. Choose another: HUB_PORT={serve.port + 10} make run")
    for name, port in ops_ports.items():
        if port and (port == serve.port or not _is_free(serve.host, port)):
            raise NotUp(_taken(name, port, serve.ops_port))


def _taken(name: str, port: int, first: int) -> str:
    fault = "is taken" if port <= _LAST_PORT else "does not exist"
    whose = "" if port == first else f"; {name} would serve its metrics there, {port - first} after OPS_PORT"
    other = first + 10 if first + 20 <= _LAST_PORT else first - 10
    return f"Port {port} {fault}{whose}. Choose another: OPS_PORT={other} make run"


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True
