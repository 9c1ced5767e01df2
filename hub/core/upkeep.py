"""What the machinery does by itself: it tidies up, and tells the owner."""

from hub.core import idempotency, jobs
from hub.core.alerts import queue
from hub.core.alerts.settings import settings
from hub.core.alerts.telegram import chat
from hub.core.resources import Resources


@jobs.every(second={40})
async def forget_answers(res: Resources) -> None:
    """Answers of idempotent requests are kept for a day."""
    await idempotency.forget(res.db)


@jobs.every(minute={11}, second={30})
async def forget_alerts(res: Resources) -> None:
    """Old alerts are kept for a month."""
    await queue.forget(res)


@jobs.steadily(seconds=1)
async def send_alerts(res: Resources) -> None:
    """Once a second; off, and said once, where no chat is set up: then they wait."""
    if telegram := chat(res.secrets, settings()):
        await queue.send(res, telegram, settings())
