"""Secrets, kept in memory for `SECRETS_CACHE_SECONDS` and changed without a restart."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from hub.core.secrets import made
from hub.core.secrets.errors import BadSecret, MissingSecret, ProviderAway
from hub.core.secrets.providers import Lookup, Provider, chosen
from hub.core.settings import AppSettings

log = structlog.get_logger()

Callback = Callable[[], None]
_RETRY_SECONDS = 10.0


class Live:
    """A secret whose value is always the present one: `token = secrets.live("TELEGRAM_BOT_TOKEN"); token()`."""

    def __init__(self, secrets: "Secrets", name: str) -> None:
        self._secrets, self.name = secrets, name

    def __call__(self) -> str:
        """The value, or `MissingSecret`. Ask for each use; do not keep it."""
        return self._secrets.get(self.name)

    def __repr__(self) -> str:
        return f"<secret {self.name}>"


class Secrets:
    """`secrets.get("JWT_PRIVATE_KEY")`.

    A value is never older than `SECRETS_CACHE_SECONDS`, unless its provider is away: then the last
    one is served. Where `keep_fresh` runs nobody waits for the provider; elsewhere `get` reads anew
    when it is time.
    """

    def __init__(
        self,
        app: AppSettings,
        provider: Provider | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._provider, self._monotonic = app, provider or chosen(app), monotonic
        self._lookup: Lookup | None = None
        self._known: dict[str, str | None] = {}
        self._required: set[str] = set()
        self._callbacks: dict[str, list[Callback]] = {}
        self._away = ""
        self._read_at = float("-inf")
        self._due = float("-inf")
        self._kept = False
        self._asked, self._reading = asyncio.Event(), asyncio.Lock()

    def get(self, name: str) -> str:
        """The secret's value, or `MissingSecret`."""
        value = self.find(name)
        if value is None:
            raise MissingSecret(f"set {name} ({self._provider.place}, APP_ENV={self._app.env})")
        self._required.add(name)
        return value

    def find(self, name: str) -> str | None:
        """An optional secret's value; `MissingSecret` only if its provider was never there to ask."""
        if not (self._kept and self._lookup) and self._monotonic() >= self._due:
            self._read()
        if name not in self._known:
            self._known[name] = self._first(name)
        return self._known[name]

    def live(self, name: str) -> Live:
        """A handle that may be kept; what it gives follows each rotation."""
        return Live(self, name)

    def on_change(self, name: str, callback: Callback) -> None:
        """Call back after a refresh that found another value, or none, or the first.

        It is called once for a refresh, when every new value is in place. A `BadSecret` it raises
        is logged, and the others are told all the same.
        """
        self.find(name)
        self._callbacks.setdefault(name, []).append(callback)

    def refresh_soon(self) -> None:
        """Wake `keep_fresh`; what SIGHUP does."""
        self._asked.set()

    async def keep_fresh(self) -> None:
        """Refresh when it is time and when it is asked for, until cancelled."""
        self._kept = True
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._due - self._monotonic()):
                        await self._asked.wait()
                self._asked.clear()
                await self.refresh()
        finally:
            self._kept = False

    async def refresh(self, *, older_than: float = 0) -> None:
        """Read everything anew, off the event loop, unless it was read `older_than` seconds ago or later."""
        async with self._reading:
            if self._monotonic() - self._read_at < older_than:
                return
            try:
                self._take(await asyncio.to_thread(self._provider.snapshot))
            except ProviderAway as error:
                self._lost(error)

    def _read(self) -> None:
        try:
            self._take(self._provider.snapshot())
        except ProviderAway as error:
            self._lost(error)

    def _take(self, lookup: Lookup) -> None:
        """All of a snapshot or nothing of it: keys that belong together change together."""
        before, self._lookup = self._known, lookup
        self._known = {name: self._renewed(name, value) for name, value in before.items()}
        self._plan(self._app.secrets_cache_seconds)
        if self._away:
            self._away = ""
            log.info("secrets.provider_back", provider=self._provider.place)
        self._tell([name for name, value in before.items() if value != self._known[name]])

    def _renewed(self, name: str, value: str | None) -> str | None:
        """A process does not stop because somebody removed what it needs: a restart would."""
        new = self._look_up(name)
        if new is None and value is not None and name in self._required:
            log.warning(
                "secret.gone", name=name, provider=self._provider.place, action="the last one is used"
            )
            return value
        return new

    def _look_up(self, name: str) -> str | None:
        assert self._lookup
        value = self._lookup(name)
        if not value and self._app.env == "development" and name in made.MAKERS:
            return made.kept(name, self._app.home)
        return value or None

    def _first(self, name: str) -> str | None:
        try:
            if self._lookup is None:
                raise ProviderAway(self._away)
            return self._look_up(name)
        except ProviderAway as error:
            raise MissingSecret(f"{name} cannot be read ({self._provider.place}): {error}") from None

    def _lost(self, error: ProviderAway) -> None:
        """One warning an outage."""
        if not self._away:
            log.warning("secrets.provider_away", provider=self._provider.place, reason=str(error))
        self._away = str(error)
        self._plan(min(self._app.secrets_cache_seconds, _RETRY_SECONDS))

    def _plan(self, seconds: float) -> None:
        self._read_at = self._monotonic()
        self._due = self._read_at + seconds

    def _tell(self, changed: list[str]) -> None:
        for name in changed:
            log.info("secret.changed", name=name)
        told = dict.fromkeys(each for name in changed for each in self._callbacks.get(name, ()))
        for callback in told:
            try:
                callback()
            except BadSecret as error:
                log.error("secret.refused", reason=str(error))
            except Exception as error:
                # What somebody else's exception says may hold the value.
                log.error("secret.callback_failed", callback=repr(callback), error=type(error).__name__)
