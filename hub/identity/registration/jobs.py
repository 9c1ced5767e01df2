"""Letters leave in the background; what the queue lost is put there again."""

from uuid import UUID

from hub.core import jobs, mail
from hub.core.resources import Resources
from hub.identity.registration import sending


@jobs.job
async def send_letter(res: Resources, id: str) -> None:
    """A letter that is owed."""
    try:
        await sending.send(res, UUID(id))
    except mail.NotSent as error:
        raise jobs.Later(str(error)) from None


async def enqueue(res: Resources, id: UUID) -> None:
    """Send it soon, once."""
    await jobs.enqueue(res.queue, send_letter, str(id), job_id=f"letter:{id}")


@jobs.every(second={25, 55})
async def enqueue_left_over_letters(res: Resources) -> None:
    """What PostgreSQL knows to be owed and Redis may have forgotten."""
    for id in await sending.left_over(res):
        await enqueue(res, id)


@jobs.every(second={40})
async def forget_letters(res: Resources) -> None:
    """Old ones, and those to nobody."""
    await sending.forget(res)
