"""A Vault that speaks HTTP as the real one does, as far as reading KV v2 goes. In a thread of its own:
its client blocks.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from aiohttp import web

_CREATED = "2026-11-22T10:00:00.000000000Z"


class FakeVault:
    """Documents by mount and path, each with its versions; None is a deleted one."""

    def __init__(self) -> None:
        self.token = "hvs.CAESI-the-good-token"
        self.sealed = False
        self.reads = 0
        self.addr = ""
        self._versions: dict[str, list[dict[str, Any] | None]] = {}
        self._answering = asyncio.Event()
        self._answering.set()
        self._loop: asyncio.AbstractEventLoop
        self._stopped: asyncio.Event

    def write(self, fields: dict[str, Any], at: str = "secret/caerus") -> int:
        """As `vault kv put` does; the number of the new version."""
        self._versions.setdefault(at, []).append(fields)
        return len(self._versions[at])

    def delete(self, at: str = "secret/caerus") -> None:
        """As `vault kv delete` does: the newest version is gone, its metadata stay."""
        self._versions[at][-1] = None

    def hang(self) -> None:
        """Take requests and answer none, until told otherwise."""
        self._loop.call_soon_threadsafe(self._answering.clear)

    def answer_again(self) -> None:
        self._loop.call_soon_threadsafe(self._answering.set)

    async def _read(self, request: web.Request) -> web.Response:
        await self._answering.wait()
        self.reads += 1
        if self.sealed:
            return _refused(503, "Vault is sealed")
        if request.headers.get("X-Vault-Token") != self.token:
            return _refused(403, "permission denied")
        versions = self._versions.get(f"{request.match_info['mount']}/{request.match_info['path']}", [])
        number = int(request.query.get("version", "0")) or len(versions)
        if not 1 <= number <= len(versions):
            return web.json_response({"errors": []}, status=404)
        found = versions[number - 1]
        return web.json_response(_document(found, number), status=404 if found is None else 200)

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_get("/v1/{mount}/data/{path:.+}", self._read)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.addr = f"http://127.0.0.1:{runner.addresses[0][1]}"
        ready.set()
        await self._stopped.wait()
        self._answering.set()
        await runner.cleanup()


def _refused(status: int, text: str) -> web.Response:
    return web.json_response({"errors": [text]}, status=status)


def _document(fields: dict[str, Any] | None, version: int) -> dict[str, Any]:
    metadata = {
        "created_time": _CREATED,
        "custom_metadata": None,
        "deletion_time": _CREATED if fields is None else "",
        "destroyed": False,
        "version": version,
    }
    return {
        "request_id": str(uuid4()),
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": {"data": fields, "metadata": metadata},
        "wrap_info": None,
        "warnings": None,
        "auth": None,
        "mount_type": "kv",
    }


@contextmanager
def fake_vault() -> Iterator[FakeVault]:
    """A Vault at `addr`, empty, unsealed."""
    vault, ready = FakeVault(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(vault._run(ready)), daemon=True)
    thread.start()
    assert ready.wait(5)
    yield vault
    vault._loop.call_soon_threadsafe(vault._stopped.set)
    thread.join(5)
    assert not thread.is_alive()
