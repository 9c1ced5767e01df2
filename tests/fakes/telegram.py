"""A Telegram that speaks the Bot API's wire format, as far as `sendMessage` goes.

`answers` are given one a call, and then the good one: a status, "garbage" (200 and no JSON), "slow" (none at all),
"cut" (the line is cut after the message was taken), "elsewhere" (a redirect), or a number of seconds as
`("limited", seconds)`.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "123456:AAE-a_good_token"
CHAT = "-1001"
Answer = int | str | tuple[str, Any]


class FakeTelegram:
    """`taken` are the messages that reached the chat, `calls` the paths that were asked for."""

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.always: Answer | None = None
        self.taken: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.url = ""

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request.path)
        body = await request.json()
        self.bodies.append(body)
        answer = self.answers.popleft() if self.answers else self.always
        if answer == "slow":
            await asyncio.sleep(3600)
        if answer == "garbage":
            return web.Response(text="<html>a proxy's page</html>")
        if answer == "elsewhere":
            return web.Response(status=307, headers={"Location": f"{self.url}/elsewhere"})
        if isinstance(answer, tuple):
            return _refused(429, "Too Many Requests: retry later", parameters={"retry_after": answer[1]})
        if isinstance(answer, int):
            return _refused(answer, f"by the fake, asked at {request.path}")
        return self._judged(request, body, cut=answer == "cut")

    def _judged(self, request: web.Request, body: dict[str, Any], *, cut: bool) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _refused(401, "Unauthorized")
        if body["chat_id"] != CHAT:
            return _refused(400, "Bad Request: chat not found")
        if not body["text"] or len(body["text"].encode("utf-16-le")) > 8192:
            return _refused(400, "Bad Request: message is too long")
        self.taken.append(body["text"])
        if cut and request.transport:
            request.transport.abort()
        chat = {"id": int(CHAT), "type": "supergroup", "title": "ops"}
        result = {"message_id": len(self.taken), "date": 1790000000, "chat": chat, "text": body["text"]}
        return web.json_response({"ok": True, "result": result})

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.calls.append(request.path)
        return web.json_response({"ok": True})


def _refused(code: int, description: str, **more: Any) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description} | more
    return web.Response(status=code, body=json.dumps(body).encode(), content_type="application/json")


@asynccontextmanager
async def fake_telegram() -> AsyncIterator[FakeTelegram]:
    """One at `url`."""
    fake, app = FakeTelegram(), web.Application()
    app.router.add_post("/bot{token}/sendMessage", fake._send)
    app.router.add_route("*", "/elsewhere", fake._elsewhere)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


def environment(fake: FakeTelegram, window: float = 300) -> dict[str, str]:
    """What a process needs to tell its owner here."""
    return {
        "OPS_TELEGRAM_API": fake.url,
        "OPS_TELEGRAM_CHAT_ID": CHAT,
        "OPS_TELEGRAM_BOT_TOKEN": TOKEN,
        "OPS_ALERT_WINDOW_SECONDS": str(window),
    }
