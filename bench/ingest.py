"""Signed ingest on one hub process: batched (ours) beside one insert a signal (the peer)."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from caerus_client.signing import fresh_nonce, producer_headers

from bench.process import cpu_seconds
from hub.core.resources import open_resources
from hub.trading.producers import service as producers
from workers.loadtest.wire import Result, load, request
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

PATH = "/api/v1/signals"
CONNECTIONS = 256


def signals(base_url: str, producer_id: str, key: bytes, count: int) -> list[bytes]:
    """Requests as the SDK signs them: each with a nonce and a version of its own."""
    now, host = datetime.now(UTC), urlsplit(base_url).netloc
    made = []
    for _ in range(count):
        nonce = fresh_nonce()
        body = msgspec.json.encode(_body(now, nonce))
        headers = producer_headers(key, producer_id, "POST", PATH, body, now=now, nonce=nonce)
        made.append(request("POST", PATH, host, headers | {"content-type": "application/json"}, body))
    return made


def _body(now: datetime, version: str) -> dict[str, object]:
    payload = {
        "order_type": "limit",
        "entry": "1626.67",
        "stop": "1592.18",
        "target": "1738.73",
        "expires_at": now + timedelta(hours=100),
        "strategy": "fib_rsi",
        "setup_id": f"XAUUSD_H1_long_{version[:12]}",
        "features": {"rsi": 38.21, "roc_24": -0.41},
    }
    return {
        "instrument": "XAUUSD",
        "side": "buy",
        "time": "2026-11-20T10:00:00Z",
        "version": version,
        "payload": payload,
    }


async def _secret(running: Stack) -> bytes:
    async with open_resources(
        running.settings, running.endpoints.dsn, running.endpoints.redis_url
    ) as resources:
        return (await producers.ensure(resources, "bench")).encode()


def measure(count: int, *, single: bool = False, rate: float | None = None) -> tuple[Result, float]:
    """One fresh hub; the result, and hub CPU microseconds a signal."""
    serve = Child("serve", ("serve",), module="bench.single") if single else "serve"
    with throw_away(serve, "relay") as running:
        key = asyncio.run(_secret(running))
        warm = signals(running.base_url, "bench", key, 500)
        asyncio.run(load(running.base_url, warm, connections=CONNECTIONS))
        requests = signals(running.base_url, "bench", key, count)
        before = cpu_seconds(running.children.pid("serve"))
        result = asyncio.run(load(running.base_url, requests, connections=CONNECTIONS, rate=rate))
        return result, (cpu_seconds(running.children.pid("serve")) - before) / count * 1e6


def run() -> list[dict[str, object]]:
    """Saturation of both, then ours at half of its own rate."""
    rows: list[dict[str, object]] = []
    best = 0.0
    for name, single in (("batched", False), ("single inserts", True)):
        result, cpu = measure(20_000 if not single else 5_000, single=single)
        rows.append(_row(name, result, cpu))
        best = max(best, result.rate)
    result, cpu = measure(20_000, rate=best / 2)
    rows.append(_row(f"batched at {best / 2:.0f}/s", result, cpu))
    return rows


def _row(name: str, result: Result, cpu: float) -> dict[str, object]:
    return {
        "case": name,
        "signals/s": round(result.rate),
        "p50 ms": round(result.percentile(0.5), 1),
        "p99 ms": round(result.percentile(0.99), 1),
        "hub CPU us": round(cpu),
        "statuses": result.statuses,
    }


if __name__ == "__main__":
    for row in run():
        print(row)
