"""One HTTP exchange with the hub, signed anew for each attempt."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
from yarl import URL

from caerus_client.errors import Unreachable, problem_of
from caerus_client.times import SkewedClock

Sign = Callable[[str, str, bytes], dict[str, str]]
"""(method, path with query, body) -> headers."""

API = "/api/v1"


class Answer(NamedTuple):
    """A 2xx answer."""

    status: int
    body: bytes


def origin(base_url: str) -> str:
    """`http://host:port` of the hub. A path is refused: it would be part of what is signed but not of what arrives."""
    url = URL(base_url)
    if (
        url.scheme not in ("http", "https")
        or url.host is None
        or url.path not in ("", "/")
        or url.query_string
    ):
        raise ValueError(f"not the origin of a hub: {base_url!r} (wanted: https://host[:port])")
    return str(url.origin())


class Transport:
    """Sends requests to one hub over one connection pool.

    `sign` makes the headers of an attempt; `clock` is put right when the hub refuses one as stale (401) and its
    `Date` shows that our clock is off; the request is then tried once more.
    """

    def __init__(
        self,
        base_url: str,
        sign: Sign,
        clock: SkewedClock | None = None,
        session: aiohttp.ClientSession | None = None,
        connections: int = 32,
    ) -> None:
        self._origin = origin(base_url)
        self._sign = sign
        self._clock = clock
        self._session = session
        self._owned = session is None
        self._connections = connections

    async def __aenter__(self) -> Self:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owned and self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, method: str, path: str, body: bytes = b"", *, timeout: float = 10.0) -> bytes:
        """The body of the 2xx answer. Raises ApiProblem for any other answer, Unreachable when none came in time."""
        return (await self.exchange(method, path, body, timeout=timeout)).body

    async def exchange(
        self, method: str, path: str, body: bytes = b"", *, timeout: float = 10.0, traceparent: str = ""
    ) -> Answer:
        """As `send`, with the answer's status. `traceparent` (W3C) names the trace that the hub goes on with."""
        async with self._exchange(method, path, body, timeout, traceparent) as answer:
            if (
                answer.status != 401
                or self._clock is None
                or not self._clock.correct(answer.headers.get("Date"))
            ):
                return await _read(answer)
        async with self._exchange(method, path, body, timeout, traceparent) as answer:
            return await _read(answer)

    @asynccontextmanager
    async def _exchange(
        self, method: str, path: str, body: bytes, timeout: float, traceparent: str
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("use the client in `async with`")
        headers = {"Accept": "application/json", **self._sign(method, path, body)}
        if body:
            headers["Content-Type"] = "application/json"
        if traceparent:
            headers["traceparent"] = traceparent
        # encoded=True: what is signed must be what is sent, so nothing may requote the path
        url = URL(self._origin + path, encoded=True)
        limit = aiohttp.ClientTimeout(total=timeout)
        try:
            async with self._session.request(
                method, url, data=body or None, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                yield answer
        except (TimeoutError, aiohttp.ClientError, OSError) as wrong:
            raise Unreachable(
                f"{method} {path.partition('?')[0]}: {type(wrong).__name__} {wrong}".rstrip()
            ) from wrong


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    raw = await answer.read()
    if 200 <= answer.status < 300:
        return Answer(answer.status, raw)
    raise problem_of(answer.status, raw, answer.headers.get("Retry-After"), answer.content_type)


class Connected:
    """What is used in `async with`, and keeps its connections as long."""

    _transport: Transport

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)
