"""A session with a terminal: made, kept, made anew, given up for a while."""

import asyncio
from types import TracebackType
from typing import Self

import structlog

from hub.core.secrets import BadSecret, Secrets
from workers.mt5 import metrics
from workers.mt5.breaker import Breaker
from workers.mt5.clocks import RealClock
from workers.mt5.errors import MT5AuthError, MT5Disconnected, MT5Error, MT5InitError
from workers.mt5.models import Credentials
from workers.mt5.settings import Mt5Settings
from workers.mt5.terminal import Clock, Terminal

log = structlog.get_logger("caerus.mt5")
_RESULTS: tuple[tuple[type[MT5Error], str], ...] = (
    (MT5AuthError, "auth_failed"),
    (MT5InitError, "init_failed"),
)


class SessionManager:
    """`async with SessionManager(terminal, secrets) as mt5: await mt5.ensure_connected()`.

    Credentials come from the secret provider for each login, so that a new password needs no restart.
    """

    def __init__(
        self,
        terminal: Terminal,
        secrets: Secrets,
        settings: Mt5Settings | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        settings = settings or Mt5Settings()
        self.terminal, self._secrets = terminal, secrets
        self._clock: Clock = clock or RealClock()
        self._breaker = Breaker(settings.max_failures, settings.backoff_seconds)
        self._since: float | None = None
        self._had_one = False
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self.ensure_connected()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shutdown()

    @property
    def uptime(self) -> float:
        """Seconds of this session; 0 without one."""
        return 0.0 if self._since is None else self._clock.monotonic() - self._since

    async def connect(self, login: int, password: str, server: str, path: str = "") -> bool:
        """One attempt, whatever the circuit breaker says.

        Raises `MT5InitError`, `MT5AuthError` or `MT5Disconnected`; returns True.
        """
        try:
            await self.terminal.connect(Credentials(login, password, server, path))
        except MT5Error as error:
            self._failed(error)
            raise
        self._made()
        return True

    async def ensure_connected(self) -> None:
        """Return with a session that reaches the broker, logging in if need be.

        Raises as `connect`, and `MT5Disconnected` without an attempt while the circuit is open.
        """
        async with self._connecting:
            await self._ensure()

    async def shutdown(self) -> None:
        """End the session; a terminal that does not answer is no error."""
        self._lost()
        try:
            await self.terminal.shutdown()
        except MT5Error as error:
            log.warning("mt5.shutdown_failed", reason=str(error))

    async def probe(self) -> str | None:
        """What keeps this terminal from trading, in a sentence; None if nothing does. Makes no login."""
        if self._since is None:
            wait = self._breaker.wait(self._clock.monotonic())
            return f"MT5 has no session (next attempt in {wait:.0f} s)." if wait else "MT5 has no session."
        try:
            found = await self.terminal.terminal()
        except MT5Error as error:
            return f"MT5 does not answer ({type(error).__name__})."
        metrics.uptime.set(self.uptime)
        if not found.connected:
            return "MT5 is not connected to its broker."
        return None if found.algo_allowed else "MT5 does not allow algorithmic trading."

    async def _ensure(self) -> None:
        if self._since is not None and await self._lives():
            metrics.uptime.set(self.uptime)
            return
        self._lost()
        if wait := self._breaker.wait(self._clock.monotonic()):
            metrics.connects.labels("circuit_open").inc()
            raise MT5Disconnected(f"{self._breaker.failures} failures in a row; next attempt in {wait:.0f} s")
        given = await self._credentials()
        await self.connect(given.login, given.password, given.server, given.path)

    async def _lives(self) -> bool:
        try:
            return (await self.terminal.terminal()).connected
        except MT5Error:
            return False

    def _made(self) -> None:
        self._breaker.succeeded()
        self._since = self._clock.monotonic()
        metrics.connects.labels("ok").inc()
        if self._had_one:
            metrics.reconnects.inc()
        self._had_one = True
        log.info("mt5.connected")

    def _lost(self) -> None:
        if self._since is not None:
            log.warning("mt5.session_ended", after_seconds=round(self.uptime))
        self._since = None
        metrics.uptime.set(0)

    def _failed(self, error: MT5Error) -> None:
        self._lost()
        self._breaker.failed(self._clock.monotonic())
        result = next((name for kind, name in _RESULTS if isinstance(error, kind)), "disconnected")
        metrics.connects.labels(result).inc()
        log.warning("mt5.connect_failed", result=result, code=error.code, failures=self._breaker.failures)

    async def _credentials(self) -> Credentials:
        # read anew off the event loop first, so that what follows does not block on the provider
        await self._secrets.refresh(older_than=1)
        login = self._secrets.get("MT5_LOGIN")
        if not login.isdecimal():
            raise BadSecret("MT5_LOGIN must be the account's number")
        return Credentials(
            int(login),
            self._secrets.get("MT5_PASSWORD"),
            self._secrets.get("MT5_SERVER"),
            self._secrets.find("MT5_PATH") or "",
        )
