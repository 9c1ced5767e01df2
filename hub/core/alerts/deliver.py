"""Several alerts of a kind as one message, sent and counted."""

from collections.abc import Sequence

import structlog
from caerus_client.retry import RetryPolicy
from prometheus_client import Counter

from hub.core.alerts.telegram import NotSent, Telegram
from hub.core.metrics import from_zero

log = structlog.get_logger()

AGAIN = RetryPolicy(delay=5.0, cap=300.0)
"""When a message is tried again."""
_SHOWN = 5
_LENGTH = 700
_sent = Counter("alerts_sent_total", "Alerts that reached the owner")
_failed = from_zero(
    Counter("alerts_failed_total", "Messages to the owner that did not arrive, tried again", ["reason"]),
    ("limited", "refused", "failed"),
)


async def deliver(telegram: Telegram, kind: str, texts: Sequence[str]) -> None:
    """One message with all of them. `NotSent`, counted and logged, when it has to be sent again."""
    try:
        await telegram.send(joined(kind, texts))
    except NotSent as error:
        _failed.labels(error.reason).inc()
        log.error("alert.not_sent", kind=kind, count=len(texts), reason=error.reason, why=str(error))
        raise
    _sent.inc(len(texts))


def joined(kind: str, texts: Sequence[str]) -> str:
    """The newest of them in full, and how many there were."""
    shown = [f"{text[:_LENGTH]}…" if len(text) > _LENGTH else text for text in texts[-_SHOWN:]]
    head = kind if len(texts) == 1 else f"{kind} ({len(texts)} times)"
    left_out = [f"… and {len(texts) - _SHOWN} before"] if len(texts) > _SHOWN else []
    return "\n".join([head, *shown, *left_out])
