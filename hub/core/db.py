"""PostgreSQL: one pool a process, one transaction a use case.

    async with db.transaction() as tx:
        signal = await store.add(tx, ...)
        await outbox.append(tx, ...)

Nobody else commits. What must follow a commit (waking the relay, enqueuing a job) is left with
`tx.after_commit` and runs only when the commit succeeded.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
import msgspec
import structlog

from hub.core import tracing
from hub.core.formats import redact
from hub.core.secrets import Secrets
from hub.core.settings import DbSettings

log = structlog.get_logger()

After = Callable[[], Awaitable[Any]]
_REREAD_SECONDS = 5

AWAY = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""How PostgreSQL fails while it is not there, or goes in the middle of a query: `InternalClientError` is
asyncpg's answer when a connection ends in the middle of its own steps.
"""

_SPAN = {"db.system.name": "postgresql"}


BeforeCommit = Callable[["Transaction"], Awaitable[None]]

before_commit: ContextVar[BeforeCommit | None] = ContextVar("before_commit", default=None)
"""What every transaction of the current request must do last (`core/idempotency`)."""


class Transaction:
    """An open transaction; queries run on it, and it knows what comes after the commit."""

    def __init__(self, connection: Any) -> None:
        self.fetch = connection.fetch
        self.fetchrow = connection.fetchrow
        self.execute = connection.execute
        self._after: dict[str, After] = {}

    def after_commit(self, name: str, work: After) -> None:
        """Do `work` once after the commit; the same name twice is done once."""
        self._after[name] = work

    async def committed(self) -> None:
        for name, work in self._after.items():
            try:
                await work()
            except Exception as error:
                # The commit stands; the sweepers will find what was left undone.
                log.warning("after_commit.failed", work=name, error=str(error))


class Db:
    """The pool of one process."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self.pool = pool
        self.fetch = pool.fetch
        self.fetchrow = pool.fetchrow
        self.execute = pool.execute

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit when the block ends, roll back when it raises."""
        with tracing.span("transaction", _SPAN):
            async with self.pool.acquire() as connection, connection.transaction():
                tx = Transaction(connection)
                yield tx
                if work := before_commit.get():
                    await work(tx)
        await tx.committed()

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self.pool.close(), 10)
        except TimeoutError:
            self.pool.terminate()


async def prepare(connection: Any) -> None:
    """Teach a connection our types: jsonb is decoded JSON."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: (
            b"\x01" + (value if isinstance(value, msgspec.Raw) else msgspec.json.encode(value))
        ),
        decoder=lambda data: msgspec.json.decode(bytes(data)[1:]),
    )


async def _nothing_to_reset(_: Any) -> None:
    """We leave nothing in a session, so a connection goes back without a round trip; asyncpg itself
    rolls back what is open.
    """


class Login:
    """Opens connections, each with the password of the moment.

    `DB_PASSWORD` overrides the one in `DB_DSN`; the embedded server has its own. When PostgreSQL
    refuses it, it may just have been rotated: the secrets are read again and it is tried once more.
    """

    def __init__(self, settings: DbSettings, secrets: Secrets | None) -> None:
        self._secrets = secrets if settings.dsn else None

    async def __call__(self, *args: Any, **options: Any) -> Any:
        """What `asyncpg.connect` takes and gives; a pool calls it for each new connection."""
        if self._secrets is None:
            return await asyncpg.connect(*args, **options)
        tried = self._secrets.find("DB_PASSWORD")
        try:
            return await asyncpg.connect(*args, password=tried, **options)
        except asyncpg.InvalidPasswordError:
            await self._secrets.refresh(older_than=_REREAD_SECONDS)
            if (password := self._secrets.find("DB_PASSWORD")) == tried:
                raise
            return await asyncpg.connect(*args, password=password, **options)


PLANS_ANEW = {"plan_cache_mode": "force_custom_plan"}
"""A session for sweeps. PostgreSQL keeps the plan of a statement; one that was made while a table was empty looks at each
row of it for each row of another, and goes on so for a minute and more when the table is full. Planning costs less.
"""


async def open_db(
    settings: DbSettings, dsn: str, secrets: Secrets | None = None, session: Mapping[str, str] | None = None
) -> Db:
    """Connect, or raise with the DSN (without its password) in the message. `session` has settings of PostgreSQL."""
    try:
        pool = await asyncpg.create_pool(
            dsn,
            connect=Login(settings, secrets),
            min_size=settings.pool_min,
            max_size=settings.pool_max,
            command_timeout=settings.command_timeout_seconds,
            init=prepare,
            reset=_nothing_to_reset,
            server_settings={"timezone": "UTC", "application_name": "caerus"} | dict(session or {}),
        )
    except OSError as error:
        raise ConnectionError(f"cannot reach PostgreSQL at {redact(dsn)}: {error}") from error
    log.info("db.connected", at=redact(dsn), pool=[settings.pool_min, settings.pool_max])
    return Db(pool)
