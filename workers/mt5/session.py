"""A session with a terminal: made, kept, made anew, given up for a while."""

import asyncio
from types import TracebackType
from typing import Self

import structlog

from hub.core.secrets import Secrets
from hub.trading.accounts.gateways import State
from workers.mt5 import metrics
from workers.mt5.breaker import Breaker
from workers.mt5.clocks import RealClock
from workers.mt5.errors import MT5AuthError, MT5Disconnected, MT5Error, MT5InitError
from workers.mt5.login import Login
from workers.mt5.models import Credentials, TerminalInfo
from workers.mt5.settings import Mt5Settings
from workers.mt5.terminal import Clock, Terminal

log = structlog.get_logger("caerus.mt5")
_GOODBYE_SECONDS = 3.0
_RESULTS: tuple[tuple[type[MT5Error], str], ...] = (
    (MT5AuthError, "auth_failed"),
    (MT5InitError, "init_failed"),
)


class SessionManager:
    """`async with SessionManager(terminal, secrets) as mt5: await mt5.ensure_connected()`.

    Credentials come from the secret provider for each login, so that a new password needs no restart; see `Login`.
    """

    def __init__(
        self,
        terminal: Terminal,
        secrets: Secrets,
        settings: Mt5Settings | None = None,
        *,
        name: str = "",
        clock: Clock | None = None,
    ) -> None:
        settings = settings or Mt5Settings()
        self.terminal, self._secrets = terminal, secrets
        self._login = Login(secrets, name)
        self.name = self._login.name
        self._uptime = metrics.uptime.labels(self.name)
        self._found: TerminalInfo | None = None
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

    @property
    def standing(self) -> tuple[State, float]:
        """How it stands by what is known, and the seconds until the circuit closes. Asks nobody."""
        if self._since is not None:
            return "connected", 0.0
        wait = self._breaker.wait(self._clock.monotonic())
        return ("circuit_open" if wait else "away"), wait

    async def found(self) -> TerminalInfo:
        """What the terminal said of itself when `ensure_connected` last looked, or says now."""
        if self._found is None:
            self._found = await self.terminal.terminal()
        return self._found

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
            await self.terminal.shutdown(deadline=_GOODBYE_SECONDS)
        except MT5Error as error:
            log.warning("mt5.shutdown_failed", account=self.name, reason=str(error))

    async def probe(self) -> str | None:
        """What keeps this terminal from trading, in a sentence; None if nothing does. Makes no login."""
        if self._since is None:
            wait = self._breaker.wait(self._clock.monotonic())
            return f"MT5 has no session (next attempt in {wait:.0f} s)." if wait else "MT5 has no session."
        try:
            found = await self.terminal.terminal()
        except MT5Error as error:
            return f"MT5 does not answer ({type(error).__name__})."
        self._uptime.set(self.uptime)
        if not found.connected:
            return "MT5 is not connected to its broker."
        return None if found.algo_allowed else "MT5 does not allow algorithmic trading."

    async def _ensure(self) -> None:
        if self._since is not None and await self._lives():
            self._uptime.set(self.uptime)
            return
        self._lost()
        if wait := self._breaker.wait(self._clock.monotonic()):
            metrics.connects.labels("circuit_open").inc()
            raise MT5Disconnected(f"{self._breaker.failures} failures in a row; next attempt in {wait:.0f} s")
        given = await self._credentials()
        await self.connect(given.login, given.password, given.server, given.path)

    async def _lives(self) -> bool:
        self._found = None
        try:
            return (await self.found()).connected
        except MT5Error:
            return False

    def _made(self) -> None:
        self._breaker.succeeded()
        self._since = self._clock.monotonic()
        metrics.connects.labels("ok").inc()
        if self._had_one:
            metrics.reconnects.inc()
        self._had_one = True
        log.info("mt5.connected", account=self.name)

    def _lost(self) -> None:
        if self._since is not None:
            log.warning("mt5.session_ended", account=self.name, after_seconds=round(self.uptime))
        self._since = self._found = None
        self._uptime.set(0)

    def _failed(self, error: MT5Error) -> None:
        self._lost()
        self._breaker.failed(self._clock.monotonic())
        result = next((name for kind, name in _RESULTS if isinstance(error, kind)), "disconnected")
        metrics.connects.labels(result).inc()
        failures = self._breaker.failures
        log.warning(
            "mt5.connect_failed", account=self.name, result=result, code=error.code, failures=failures
        )

    async def _credentials(self) -> Credentials:
        return await self._login.credentials()
