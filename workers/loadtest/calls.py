"""The requests of a load test, signed and ready to be sent."""

from datetime import UTC, datetime, timedelta

import msgspec
from caerus_client.keys import decode_secret
from caerus_client.signing import device_headers, fresh_nonce, producer_headers

from workers.loadtest.address import Address
from workers.loadtest.identities import Device, Identities
from workers.loadtest.wire import request

SUBPROTOCOL = "caerus.v1.json"
_JSON = {"content-type": "application/json"}
_OPEN_HOURS = 1


class Calls:
    """For one hub and one set of identities."""

    def __init__(self, address: Address, who: Identities) -> None:
        self._host, self._who = address.authority, who
        self._key = who.producer_secret.encode()
        self._device_keys = {device.id: decode_secret(device.secret) for device in who.devices}

    def signal(self, version: str) -> bytes:
        """A producer's signal; its version names it."""
        now = datetime.now(UTC)
        body = msgspec.json.encode(_signal(now, version))
        headers = producer_headers(
            self._key, self._who.producer, "POST", "/api/v1/signals", body, now=now, nonce=fresh_nonce()
        )
        return request("POST", "/api/v1/signals", self._host, headers | _JSON, body)

    def approve(self, signal_id: str, person: int = 0) -> bytes:
        """A person says yes."""
        consent = self._who.consent_version
        body = {"signal_id": signal_id, "decision": "approved", "consent_version": consent}
        return self._person("POST", "/api/v1/approve", msgspec.json.encode(body), person)

    def me(self, person: int = 0) -> bytes:
        return self._person("GET", "/api/v1/me", b"", person)

    def signals(self, person: int = 0) -> bytes:
        """The list a dashboard asks for."""
        return self._person("GET", "/api/v1/signals?limit=50", b"", person)

    def _person(self, method: str, path: str, body: bytes, person: int) -> bytes:
        headers = {"authorization": f"Bearer {self._who.token(person)}"}
        return request(method, path, self._host, headers | (_JSON if body else {}), body)

    def poll(self, device: Device, since: str, wait: int) -> bytes:
        """A terminal asks for commands."""
        return self._device(device, "GET", f"/api/v1/client/poll?since={since}&wait={wait}", b"")

    def ack(self, device: Device, command_id: str) -> bytes:
        """A terminal says that it did not do it: nothing is traded here."""
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        body = {"command_id": command_id, "status": "failed", "at": at, "error": "load test"}
        return self._device(device, "POST", "/api/v1/client/ack", msgspec.json.encode(body))

    def _device(self, device: Device, method: str, path: str, body: bytes) -> bytes:
        key, now = self._device_keys[device.id], datetime.now(UTC)
        headers = device_headers(key, device.id, method, path, body, now=now, nonce=fresh_nonce())
        return request(method, path, self._host, headers | (_JSON if body else {}), body)

    def hello(self, person: int, since: tuple[str, int] | None = None) -> list[bytes]:
        """The first messages of a socket: who it is, and what it wants."""
        sub: dict[str, object] = {"op": "sub", "id": 1, "topic": "signals"}
        if since:
            sub["since"] = {"epoch": since[0], "offset": since[1]}
        return [
            msgspec.json.encode({"op": "auth", "token": self._who.token(person)}),
            msgspec.json.encode(sub),
        ]


def _signal(now: datetime, version: str) -> dict[str, object]:
    return {
        "instrument": "XAUUSD",
        "side": "buy",
        "time": now.replace(microsecond=0),
        "version": version,
        "payload": {
            "order_type": "limit",
            "entry": "1626.67",
            "stop": "1592.18",
            "target": "1738.73",
            "expires_at": now + timedelta(hours=_OPEN_HOURS),
            "strategy": "loadtest",
            "setup_id": version,
            "features": {"rsi": 38.21, "roc_24": -0.41},
        },
    }
