"""A small client of the REST API for a signed-in person."""

from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec

from caerus_client.errors import ApiProblem
from caerus_client.models import Json
from caerus_client.transport import API, Connected, Transport
from caerus_client.waiting import Shared


class HubClient(Connected):
    """Calls as one user. Use it in `async with`, `login` first. Every call raises ApiProblem or Unreachable."""

    def __init__(
        self, base_url: str, *, session: aiohttp.ClientSession | None = None, token: str = ""
    ) -> None:
        self._token = token
        self._refresh = ""
        self._trading = Shared(self._trade)
        self._transport = Transport(base_url, self._bearer, session=session)

    async def login(self, email: str, password: str) -> Json:
        """Sign in; the tokens are kept for the calls that follow."""
        self._token = self._refresh = ""
        return self._keep(await self.call("POST", "/auth/login", {"email": email, "password": password}))

    async def refresh(self) -> Json:
        """Trade the refresh token for new tokens. It is good once, and spent twice it ends the session: so one call is
        in flight at a time, and it goes on when who waits for it is cancelled.
        """
        return await self._trading()

    async def _trade(self) -> Json:
        return self._keep(await self._once("POST", "/auth/refresh", {"refresh_token": self._refresh}))

    async def renew(self) -> bool:
        """Get a new access token, as the stream wants it; False when the session is over."""
        try:
            await self.refresh()
        except ApiProblem as problem:
            if problem.status not in (400, 401, 403, 422):
                raise
            return False
        return True

    async def logout(self) -> None:
        """End the session at the hub and forget the tokens."""
        await self._once("POST", "/auth/logout", {"refresh_token": self._refresh})
        self._token = self._refresh = ""

    async def token(self) -> str:
        """The access token, as the stream wants it."""
        return self._token

    async def me(self) -> Json:
        """The signed-in user."""
        return await self.call("GET", "/me")

    async def signals(
        self, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Json:
        """A page of signals: {items, next_cursor}."""
        return await self.call("GET", "/signals", status=status, limit=limit, cursor=cursor)

    async def signal(self, signal_id: str) -> Json:
        """One signal with the user's own decision."""
        return await self.call("GET", f"/signals/{quote(signal_id, safe='')}")

    async def consent(self) -> Json:
        """The consent text now in force: {version, text}."""
        return await self.call("GET", "/consent")

    async def approve(
        self, signal_id: str, consent_version: str, *, decision: str = "approved", bounds: Json | None = None
    ) -> Json:
        """Approve or reject a signal. A second answer raises ApiProblem 409 with `decision` in its body."""
        body: Json = {"signal_id": signal_id, "decision": decision, "consent_version": consent_version}
        return await self.call("POST", "/approve", body if bounds is None else {**body, "bounds": bounds})

    async def approvals(self, limit: int | None = None, cursor: str | None = None) -> Json:
        """A page of the user's decisions."""
        return await self.call("GET", "/approvals", limit=limit, cursor=cursor)

    async def executions(self, limit: int | None = None, cursor: str | None = None) -> Json:
        """A page of the user's executions."""
        return await self.call("GET", "/executions", limit=limit, cursor=cursor)

    async def candles(
        self, symbol: str, timeframe: str = "H1", limit: int | None = None, until: str | None = None
    ) -> Json:
        """Closed candles, oldest first."""
        return await self.call(
            "GET", "/candles", symbol=symbol, timeframe=timeframe, limit=limit, until=until
        )

    async def register_device(self, name: str) -> Json:
        """{device_id, device_secret, key_version}: the only time the secret is shown."""
        return await self.call("POST", "/devices/register", {"name": name})

    async def devices(self) -> Json:
        """The user's devices."""
        return await self.call("GET", "/devices/me")

    async def rename_device(self, device_id: str, name: str) -> Json:
        """Give a device another name."""
        return await self.call("PATCH", f"/devices/{quote(device_id, safe='')}", {"name": name})

    async def revoke_device(self, device_id: str) -> Json:
        """Shut a device out for good."""
        return await self.call("POST", f"/devices/{quote(device_id, safe='')}/revoke", {})

    async def call(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        """Any endpoint under /api/v1; an expired token is refreshed once."""
        sent = self._token
        try:
            return await self._once(method, path, body, **query)
        except ApiProblem as problem:
            if problem.status != 401 or not self._refresh:
                raise
        # another call may have refreshed meanwhile: then the newer token is enough
        if self._token == sent:
            await self.refresh()
        return await self._once(method, path, body, **query)

    async def _once(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        given = {name: value for name, value in query.items() if value is not None}
        target = API + path + (f"?{urlencode(given)}" if given else "")
        raw = await self._transport.send(method, target, b"" if body is None else msgspec.json.encode(body))
        return _object(raw)

    def _keep(self, tokens: Json) -> Json:
        self._token = str(tokens["access_token"])
        self._refresh = str(tokens.get("refresh_token") or "")
        return tokens

    def _bearer(self, method: str, path: str, body: bytes) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


def _object(raw: bytes) -> Json:
    decoded = msgspec.json.decode(raw) if raw else {}
    return decoded if isinstance(decoded, dict) else {"items": decoded}
