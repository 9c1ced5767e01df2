"""A worker that sends the letters, and the folder where development keeps them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from uuid import uuid4

from hub.core import jobs
from hub.core.resources import Resources
from tests.hubs import Answer, RunningHub, until
from tests.smtp import parsed

NEW = "correct horse battery"
OTHER = "staples are for paper"

VERIFY, RESET = "Confirm your e-mail address", "Choose a new password"
TAKEN, CHANGED = "You have an account already", "Your password was changed"


@asynccontextmanager
async def working(res: Resources, redis_url: str) -> AsyncIterator[None]:
    """A job worker, in this process."""
    task = asyncio.get_running_loop().create_task(jobs.work(res, redis_url))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def fresh() -> str:
    return f"{uuid4().hex[:12]}@example.com"


def token_in(letter: EmailMessage) -> str:
    """The token of the letter's link."""
    found = re.search(
        r"^http://\S+/(verify-email|reset-password)#token=(\S+)\s*$", letter.get_content(), re.M
    )
    assert found, letter
    return found[2]


class Mailbox:
    """What people ask of the hub, and the letters they get for it."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub

    async def post(self, path: str, **body: str) -> Answer:
        return await self.hub.call("POST", f"/api/v1/auth/{path}", body)

    async def register(self, email: str, password: str = NEW) -> Answer:
        return await self.post("register", email=email, password=password)

    async def login(self, email: str, password: str = NEW) -> Answer:
        return await self.post("login", email=email, password=password)

    async def verified(self, password: str = NEW) -> str:
        """The address of somebody who registered and followed the link."""
        email = fresh()
        await self.register(email, password)
        assert (await self.post("verify-email", token=await self.token(email, VERIFY))).status == 204
        return email

    async def letters(self, email: str) -> list[EmailMessage]:
        """All there are for an address, oldest first, once none is owed any more."""
        await until(lambda: self._all_sent(email))
        folder = self.hub.res.settings.app.home / "mail"
        letters = [parsed(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
        return [letter for letter in letters if letter["To"].lower() == email.lower()]

    async def subjects(self, email: str) -> list[str]:
        return [letter["Subject"] for letter in await self.letters(email)]

    async def token(self, email: str, subject: str) -> str:
        """Of the newest letter with this subject."""
        found = [letter for letter in await self.letters(email) if letter["Subject"] == subject]
        return token_in(found[-1])

    async def _all_sent(self, email: str) -> bool:
        [row] = await self.hub.rows(
            """select count(*) from identity.mail_tokens as t join identity.users as u on u.id = t.user_id
               where lower(u.email) = lower($1) and t.settled_at is null and t.used_at is null""",
            email,
        )
        return bool(row[0] == 0)

    async def actions(self, email: str) -> list[str]:
        """What the audit log says of a person, oldest first."""
        rows = await self.hub.rows(
            """select a.action from identity.audit_log as a
               join identity.users as u on a.target = 'user:' || u.id::text
               where lower(u.email) = lower($1) order by a.seq""",
            email,
        )
        return [row[0] for row in rows]
