"""A hub as seen from outside: an aiohttp server that speaks the wire format and fails on request."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import uuid
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PRODUCER, PRODUCER_SECRET = "fib-rsi-gold", "a-producer-secret"
DEVICE = "01989f3e-7c00-7abc-8def-0123456789ab"
DEVICE_SECRET = bytes(range(32))
DEVICE_SECRET_SHOWN = base64.urlsafe_b64encode(DEVICE_SECRET).rstrip(b"=").decode()


async def until(condition, seconds=10.0):
    """Wait for a condition that nobody signals."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)


def problem(status: int, **extra: object) -> web.Response:
    body = {"type": "about:blank", "title": "Refused", "status": status, "detail": "by the fake", **extra}
    return web.Response(
        status=status, body=msgspec.json.encode(body), content_type="application/problem+json"
    )


class FakeHub:
    """`faults` are taken one per signed call: a status, "drop" (act, then cut the line) or "cut" (cut at once)."""

    def __init__(self) -> None:
        self.faults: deque[int | str] = deque()
        self.down = False
        self.poison: set[str] = set()
        self.clock_ahead = timedelta(0)
        self.signals: dict[str, dict] = {}
        self.by_key: dict[tuple[str, str, str], str] = {}
        self.posts: list[str] = []
        self.calls: list[tuple[str, str]] = []
        self.traceparents: list[str] = []
        self.nonces: set[str] = set()
        self.bad_signatures = 0
        self.concurrent = self.most_concurrent = 0
        self.latency = 0.0
        self.commands: dict[str, dict] = {}
        self.acks: list[dict] = []
        self.ack_faults: deque[int | web.Response] = deque()
        self.keep_listing = False
        self.cursor = 0
        self.news = asyncio.Event()
        self.url = ""
        self.decisions: list[dict] = []
        self.decision_answers: deque[int | str] = deque()
        self.decisions_down: int | str | None = None
        self.heartbeats: list[dict] = []
        self.heartbeat_answers: deque[int | str] = deque()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/api/v1/signals", self.post_signal)
        app.router.add_post("/api/v1/signals/{id}/cancel", self.cancel_signal)
        app.router.add_post("/api/v1/decisions", self.post_decisions)
        app.router.add_post("/api/v1/producers/heartbeat", self.post_heartbeat)
        app.router.add_get("/api/v1/client/poll", self.poll)
        app.router.add_post("/api/v1/client/ack", self.ack)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        host, port = self.runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        await self.runner.cleanup()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    def _signed(self, request: web.Request, body: bytes, who: str, key: bytes) -> bool:
        head = request.headers
        caller, nonce, stamp = head.get(who, ""), head.get("X-Nonce", ""), head.get("X-Timestamp", "")
        digest = hashlib.sha256(body).hexdigest()
        text = "\n".join([request.method, request.raw_path, digest, caller, nonce, stamp])
        wanted = base64.b64encode(hmac.new(key, text.encode(), "sha256").digest()).decode()
        skew = abs(self.now() - datetime.fromisoformat(stamp)) if stamp else timedelta.max
        good = (
            wanted == head.get("X-Signature") and skew <= timedelta(seconds=300) and nonce not in self.nonces
        )
        self.nonces.add(nonce)
        self.bad_signatures += not good
        return good

    def _unauthorised(self) -> web.Response:
        answer = problem(401)
        answer.headers["Date"] = format_datetime(self.now(), usegmt=True)
        return answer

    async def _producer(self, request: web.Request) -> tuple[bytes, web.Response | None, bool]:
        body = await request.read()
        self.calls.append((request.method, request.raw_path))
        self.traceparents.append(request.headers.get("traceparent", ""))
        self.concurrent += 1
        self.most_concurrent = max(self.most_concurrent, self.concurrent)
        if self.latency:
            await asyncio.sleep(self.latency)
        self.concurrent -= 1
        if not self._signed(request, body, "X-Producer-Id", PRODUCER_SECRET.encode()):
            return body, self._unauthorised(), False
        fault = 503 if self.down else (self.faults.popleft() if self.faults else None)
        if fault == "cut":
            request.transport.abort()
        if fault == "cut" or isinstance(fault, int):
            return body, problem(fault if isinstance(fault, int) else 500), False
        return body, None, fault == "drop"

    async def post_signal(self, request: web.Request) -> web.Response:
        body, refusal, drop = await self._producer(request)
        if refusal is not None:
            return refusal
        signal = msgspec.json.decode(body)
        if signal["version"] in self.poison:
            return problem(500)
        self.posts.append(signal["version"])
        key = (signal["instrument"], signal["time"], signal["version"])
        if key in self.by_key:
            return problem(409, signal_id=self.by_key[key])
        signal_id = str(uuid.uuid4())
        self.by_key[key] = signal_id
        self.signals[signal_id] = {**signal, "id": signal_id, "status": "open"}
        if drop:
            request.transport.abort()
        return web.Response(status=201, body=msgspec.json.encode(self.signals[signal_id]))

    async def cancel_signal(self, request: web.Request) -> web.Response:
        body, refusal, _ = await self._producer(request)
        if refusal is not None:
            return refusal
        signal = self.signals.get(request.match_info["id"])
        if signal is None:
            return problem(404)
        if signal["status"] == "expired":
            return problem(409)
        signal["status"], signal["close_reason"] = "cancelled", msgspec.json.decode(body)["reason"]
        return web.Response(body=msgspec.json.encode(signal))

    async def post_decisions(self, request: web.Request) -> web.Response:
        """`decision_answers` are given one a call, else `decisions_down`: a status, "cut" or "hang"."""
        body = await request.read()
        if not self._signed(request, body, "X-Producer-Id", PRODUCER_SECRET.encode()):
            return self._unauthorised()
        fault = self.decision_answers.popleft() if self.decision_answers else self.decisions_down
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "cut":
            request.transport.abort()
        items = msgspec.json.decode(body)["items"]
        if any(item.get("poison") for item in items):
            return problem(422)
        if fault is not None:
            return problem(fault if isinstance(fault, int) else 500)
        self.decisions += items
        return web.Response(body=b'{"recorded":%d,"known":0}' % len(items))

    async def post_heartbeat(self, request: web.Request) -> web.Response:
        """`heartbeat_answers` are given one a call: a status, "cut" or "hang"."""
        body = await request.read()
        if not self._signed(request, body, "X-Producer-Id", PRODUCER_SECRET.encode()):
            return self._unauthorised()
        fault = self.heartbeat_answers.popleft() if self.heartbeat_answers else None
        self.heartbeats.append(msgspec.json.decode(body))
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "cut":
            request.transport.abort()
        if fault is not None:
            return problem(fault if isinstance(fault, int) else 500)
        return web.Response(body=b'{"seen_at":"2026-11-22T10:00:00Z"}')

    def command(self, plain: dict, command_id: str | None = None, key_version: int = 1) -> str:
        """Seal a command for the device and list it."""
        command_id = command_id or str(uuid.uuid4())
        text = msgspec.json.encode({"command_id": command_id, **plain})
        key = hmac.new(DEVICE_SECRET, f"caerus/seal/v1/{DEVICE}/{key_version}".encode(), "sha256").digest()
        nonce = uuid.uuid4().bytes[:12]
        cipher = AESGCM(key).encrypt(nonce, text, f"{DEVICE}\n{command_id}\n{key_version}".encode())
        self.commands[command_id] = {
            "id": command_id,
            "kind": plain["kind"],
            "issued_at": plain.get("issued_at", self.now().isoformat()),
            "expires_at": plain.get("expires_at"),
            "sealed": {
                "v": 1,
                "key_version": key_version,
                "nonce": base64.b64encode(nonce).decode(),
                "ciphertext": base64.b64encode(cipher).decode(),
            },
        }
        self.cursor += 1
        self.news.set()
        return command_id

    async def poll(self, request: web.Request) -> web.Response:
        self.calls.append((request.method, request.raw_path))
        if not self._signed(request, b"", "X-Device-Id", DEVICE_SECRET):
            return self._unauthorised()
        if self.down:
            return problem(503)
        since, wait = int(request.query.get("since", "0").partition(":")[0]), float(request.query["wait"])
        if since >= self.cursor and wait:
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), wait)
        body = {"cursor": str(self.cursor), "commands": list(self.commands.values())}
        return web.Response(body=msgspec.json.encode(body))

    async def ack(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._signed(request, body, "X-Device-Id", DEVICE_SECRET):
            return self._unauthorised()
        if self.ack_faults:
            fault = self.ack_faults.popleft()
            return problem(fault) if isinstance(fault, int) else fault
        ack = msgspec.json.decode(body)
        self.acks.append(ack)
        if not self.keep_listing:
            self.commands.pop(ack["command_id"], None)
        self.news.set()
        return web.Response(body=msgspec.json.encode({"id": "x", **ack}))

    def statuses(self, command_id: str) -> list[str]:
        return [ack["status"] for ack in self.acks if ack["command_id"] == command_id]
