"""Servers, hub, relay and worker, up and ready: what `up`, `replay`, the benches and the crash tests share."""

import asyncio
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

from hub.core import migrations
from hub.core.embedded import Endpoints, Servers
from hub.core.embedded.process import free_port
from hub.core.secrets import Secrets
from hub.core.settings import Settings
from workers.up import ports
from workers.up.children import Child, Children
from workers.up.ports import NotUp

__all__ = ["NotUp", "Stack", "throw_away"]

_READY_SECONDS = 60


@contextmanager
def throw_away(*processes: str | Child) -> Iterator["Stack"]:
    """A stack with data, ports and secrets of its own, gone at the end; ready on entry.

    Only the hub has an ops port: the ones after it may be somebody else's.
    """
    with tempfile.TemporaryDirectory(prefix="caerus-") as name:
        home = Path(name)
        home.chmod(0o755)
        settings = Settings.throw_away(home, free_port(), free_port())
        alone = {"serve": settings.serve.ops_port}
        with Stack(settings, processes=processes, ops_ports=alone) as stack:
            stack.wait_ready()
            yield stack
        shutil.rmtree(stack.servers.postgres.home, ignore_errors=True)


class Stack:
    """`with Stack(settings) as stack:`; ready on entry, gone on exit.

    `ops_ports` by process; without it they are `OPS_PORT` and those after it. A process not in it has none.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        processes: tuple[str | Child, ...] = ("serve", "relay", "work"),
        ops_ports: dict[str, int] | None = None,
    ) -> None:
        self.settings, self.processes = settings, processes
        self.ops_ports = ports.ops_ports(settings.serve.ops_port) if ops_ports is None else ops_ports
        self.home: Path = settings.app.home.resolve()
        self.servers = Servers(settings, Secrets(settings.app))
        self.endpoints: Endpoints
        self.children: Children

    @property
    def base_url(self) -> str:
        return f"http://{self.settings.serve.host}:{self.settings.serve.port}"

    @property
    def ops_url(self) -> str:
        return f"http://{self.settings.serve.host}:{self.settings.serve.ops_port}"

    def __enter__(self) -> Self:
        ports.must_be_free(self.settings.serve, self.ops_ports)
        try:
            self.endpoints = self.servers.start()
            asyncio.run(migrations.up(self.endpoints.owner_dsn))
            self.children = Children(self.home / "logs", self._environment())
            for each in self.processes:
                self.start(Child(each, (each,)) if isinstance(each, str) else each)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "children"):
            self.children.stop()
        self.servers.stop()

    def start(self, child: Child) -> None:
        """One more process, with the ops port that is its own."""
        own = {"OPS_PORT": str(self.ops_ports.get(child.name, 0))}
        self.children.start(msgspec.structs.replace(child, env=own | child.env))

    def wait_ready(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Until the hub says it is ready, or `NotUp`."""
        deadline = time.monotonic() + _READY_SECONDS
        while not give_up() and not _answers(f"{self.base_url}/api/v1/ready"):
            if time.monotonic() > deadline:
                raise NotUp(
                    f"The hub is not ready after {_READY_SECONDS} s; see {self.home / 'logs' / 'serve.log'}"
                )
            self.children.tend()
            time.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        return {
            "CAERUS_HOME": str(self.home),
            "DB_DSN": self.endpoints.dsn,
            "DB_PASSWORD": "",
            "DB_PASSWORD_FILE": "",
            "REDIS_URL": self.endpoints.redis_url,
            "REDIS_BUS_URL": self.settings.redis.bus_url,
            "REDIS_BUS_SHARDS": str(self.settings.redis.shards),
            "HUB_PORT": str(self.settings.serve.port),
            "OPS_PORT": "0",
            "HUB_SOCKETS_PER_PERSON": str(self.settings.serve.sockets_per_person),
            "HUB_SOCKETS_UNPROVEN": str(self.settings.serve.sockets_unproven),
            "APP_LOG_LEVEL": self.settings.app.log_level,
            "MFA_REQUIRED_ROLES": ",".join(self.settings.security.mfa_required_roles),
        } | {f"RATE_LIMIT_{name.upper()}": str(quota) for name, quota in self.settings.limits}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
