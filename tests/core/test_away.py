"""While PostgreSQL or Redis is away the hub says so: 503, and nothing of what went wrong inside."""

import asyncpg
import pytest
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import ResponseError
from starlette.types import Message, Receive, Scope, Send

from hub.core.addresses import Gate
from hub.core.cors import Cors
from hub.core.http import Envelope


async def answered(error: Exception) -> tuple[int, str]:
    """The status and body of a request whose handler raises this."""

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        raise error

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/api/v1/x", "headers": [], "client": ("127.0.0.1", 1)}
    await Envelope(app, Gate("", "", ""), Cors("", ""), https=False)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("at 10.0.0.7"),
        TimeoutError("at 10.0.0.7"),
        asyncpg.CannotConnectNowError("at 10.0.0.7"),
        asyncpg.AdminShutdownError("at 10.0.0.7"),
        asyncpg.ConnectionDoesNotExistError("at 10.0.0.7"),
        asyncpg.InterfaceError("at 10.0.0.7"),
        asyncpg.InternalClientError("at 10.0.0.7"),
        NotConnected("at 10.0.0.7"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_is_away_is_503(error: Exception) -> None:
    status, body = await answered(error)
    assert status == 503 and "10.0.0.7" not in body


@pytest.mark.parametrize("error", [ResponseError("x"), asyncpg.UndefinedTableError("x"), KeyError("x")])
async def test_what_is_broken_is_500(error: Exception) -> None:
    assert (await answered(error))[0] == 500
