"""Send the letters that are owed.

A link's token is made here, the moment before its letter is sent, and kept nowhere but in the letter. A letter
that may or may not have arrived is sent again with a new link; the one in the first is dead then.
"""

import secrets
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from hub.core import clock, mail
from hub.core.resources import Resources
from hub.identity.registration import letters, store
from hub.identity.registration.models import Owed
from hub.identity.sessions import service as sessions

log = structlog.get_logger()

_GIVEN_UP_AFTER = timedelta(days=1)
_QUEUED_WITHIN = timedelta(seconds=30)
_KEPT, _NOBODY_KEPT = timedelta(days=7), timedelta(hours=1)


async def send(res: Resources, id: UUID) -> None:
    """One letter; nothing when it is no longer owed, `mail.NotSent` when it is still."""
    owed = await store.owed(res.db, id)
    if owed is None:
        return
    token = await _token(res, owed) if owed.purpose in letters.WITH_LINK else ""
    link, minutes = partial(mail.link, res.settings), res.settings.mail.token_minutes
    letter = letters.compose(owed.purpose, link, token, minutes)
    try:
        await mail.send(res, owed.email, letter.subject, letter.text)
    except mail.Refused as error:
        log.warning("letter.refused", letter=str(id), purpose=owed.purpose, why=str(error))
    await store.settle(res.db, id, clock.now())


async def _token(res: Resources, owed: Owed) -> str:
    """Stored before its letter leaves, as a digest."""
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + timedelta(minutes=res.settings.mail.token_minutes)
    await store.set_token(res.db, owed.id, sessions.digest(token), expires_at)
    return token


async def left_over(res: Resources) -> list[UUID]:
    """Letters of the last day that should have been sent by now."""
    now = clock.now()
    due = await store.all_owed(res.db, now - _GIVEN_UP_AFTER, now - _QUEUED_WITHIN)
    return [each.id for each in due]


async def forget(res: Resources) -> int:
    now = clock.now()
    return await store.forget(res.db, now - _KEPT, now - _NOBODY_KEPT)
