"""One call of Telegram's Bot API: `sendMessage`. The token is a part of its address, so no address is ever told."""

import re
from collections.abc import Callable
from typing import Any, Literal

import aiohttp
import msgspec
import structlog
from yarl import URL

from hub.core.alerts.settings import AlertSettings
from hub.core.secrets import MissingSecret, Secrets

log = structlog.get_logger()

Reason = Literal["limited", "refused", "failed"]
TOKEN = "OPS_TELEGRAM_BOT_TOKEN"  # noqa: S105 - its name
TIMEOUT_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 86_400.0
_MOST_BYTES = 65_536
_MOST_UNITS = 4_096
"""Of a message, in UTF-16 code units."""
_TOKEN = re.compile(r"\d{1,20}:[\w-]{1,200}", re.ASCII)
_said: set[str] = set()


class NotSent(Exception):
    """The message did not arrive, or nobody knows; try again, not before `wait` seconds.

    `limited`: too many. `refused`: the token or the chat is wrong. `failed`: anything else.
    """

    def __init__(self, reason: Reason, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.reason, self.wait = reason, wait


class Telegram(msgspec.Struct, frozen=True):
    """A chat, and the bot that writes to it. `token` is asked for each message: it may be rotated."""

    api: str
    chat_id: str
    token: Callable[[], str | None]
    timeout: float = TIMEOUT_SECONDS

    async def send(self, text: str) -> None:
        """Send plain text, cut to what a message may hold. `NotSent` unless Telegram said that it has it."""
        body = {"chat_id": self.chat_id, "text": cut(text), "link_preview_options": {"is_disabled": True}}
        status, raw = await self._post(self._url(), msgspec.json.encode(body))
        _judge(status, raw)

    def _url(self) -> URL:
        token = self.token() or ""
        if not _TOKEN.fullmatch(token):
            raise NotSent("refused", f"{TOKEN} must look like 123456:ABC-def")
        return URL(f"{self.api}/bot{token}/sendMessage", encoded=True)

    async def _post(self, url: URL, body: bytes) -> tuple[int, bytes]:
        limit, headers = aiohttp.ClientTimeout(total=self.timeout), {"Content-Type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as http,
                # Not after a redirect: the token would go with it.
                http.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status, await _read(answer)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            # Its text and its cause may hold the address.
            raise NotSent("failed", f"no answer: {type(error).__name__}") from None


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    raw = b""
    async for chunk in answer.content.iter_any():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            break
    return raw


def _judge(status: int, raw: bytes) -> None:
    try:
        said = msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.MsgspecError:
        said = {}
    if status == 200 and said.get("ok") is True:
        return
    if status == 429:
        raise NotSent("limited", "Telegram wants fewer messages", _wait(said))
    # 401 and 404: the token. 403: the bot may not write there. 400: there is no such chat.
    reason: Reason = "refused" if status in (400, 401, 403, 404) else "failed"
    described = re.sub(_TOKEN, "[token]", str(said.get("description") or "without a reason"))
    raise NotSent(reason, f"Telegram answered {status}: {described[:200]}")


def _wait(said: dict[str, Any]) -> float:
    parameters = said.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(wait, bool) or not isinstance(wait, int | float):
        return 0.0
    return min(max(float(wait), 0.0), _LONGEST_WAIT_SECONDS)


def cut(text: str) -> str:
    """As much as one message holds, and no half of a character."""
    units = text.encode("utf-16-le", "replace")[: 2 * _MOST_UNITS]
    return units.decode("utf-16-le", "ignore")


def chat(secrets: Secrets, settings: AlertSettings) -> Telegram | None:
    """The owner's chat; None, said once in the log, where nobody has set it up."""

    def token() -> str | None:
        try:
            return secrets.find(TOKEN)
        except MissingSecret:
            return None

    if not settings.chat_id:
        _say_once(
            log.info, "alerts.off", "Set OPS_TELEGRAM_CHAT_ID and OPS_TELEGRAM_BOT_TOKEN: nobody is told."
        )
    elif token() is None:
        _say_once(
            log.warning,
            "alerts.no_token",
            f"OPS_TELEGRAM_CHAT_ID is set, and {TOKEN} is not: nobody is told.",
        )
    else:
        return Telegram(settings.api, settings.chat_id, token)
    return None


def _say_once(say: Callable[..., Any], event: str, text: str) -> None:
    if event not in _said:
        _said.add(event)
        say(event, action=text)
