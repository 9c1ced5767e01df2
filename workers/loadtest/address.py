"""Where a hub is, and how a connection to it is made."""

import asyncio
from collections.abc import Callable
from typing import Self, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

P = TypeVar("P", bound=asyncio.Protocol)


class Address(Struct, frozen=True):
    """From `http://host:port` or `https://host`."""

    host: str
    port: int
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> Self:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError(
                f"{url} is not an address of a hub, such as https://hub.example or http://10.0.0.5:8000"
            )
        tls = parts.scheme == "https"
        return cls(parts.hostname, parts.port or (443 if tls else 80), tls)

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}"

    async def connect(self, protocol: Callable[[], P]) -> P:
        """One TCP (or TLS) connection."""
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(protocol, self.host, self.port, ssl=self.tls or None)
        return made
