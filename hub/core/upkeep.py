"""What the machinery tidies up by itself."""

from hub.core import idempotency, jobs
from hub.core.resources import Resources


@jobs.every(second={40})
async def forget_answers(res: Resources) -> None:
    """Answers of idempotent requests are kept for a day."""
    await idempotency.forget(res.db)
