"""People who have an authenticator app, and what they do with it over HTTP."""

import time
from typing import Any
from uuid import UUID

from msgspec import Struct

from hub.identity.mfa import rules
from tests.hubs import PASSWORD, Answer, Person, RunningHub


class Phone(Struct, frozen=True):
    """A person with a second factor: the session it was set up in, and what the phone and the paper know."""

    person: Person
    seed: str
    recovery_codes: list[str]

    @property
    def id(self) -> UUID:
        return self.person.id

    @property
    def email(self) -> str:
        return self.person.email

    @property
    def bearer(self) -> dict[str, str]:
        return self.person.bearer

    def code(self, steps: int = 0) -> str:
        """What the app shows, or will show some steps from now."""
        return code(self.seed, steps)

    def wrong(self) -> str:
        """Six digits that are nowhere near."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(text for n in range(10) if (text := f"{n:06}") not in near)


def code(seed: str, steps: int = 0) -> str:
    return rules.code_at(seed, int(time.time()) // rules.STEP_SECONDS + steps)


def bearer(answer: Answer) -> dict[str, str]:
    return {"authorization": "Bearer " + answer.body["access_token"]}


async def login(hub: RunningHub, email: str, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await hub.call("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD}, sent)


async def verify(hub: RunningHub, mfa_token: str, code: str, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await hub.call("POST", "/api/v1/auth/mfa/verify", {"mfa_token": mfa_token, "code": code}, sent)


async def password_given(hub: RunningHub, phone: Phone) -> str:
    """The token that a sign-in's password gives."""
    answer = await login(hub, phone.email)
    assert (answer.status, answer.body["type"]) == (401, "/problems/code-required"), answer.raw
    return str(answer.body["mfa_token"])


async def sign_in(hub: RunningHub, phone: Phone, code: str) -> Answer:
    return await verify(hub, await password_given(hub, phone), code)


async def step_up(hub: RunningHub, who: dict[str, str], **given: str) -> Answer:
    return await hub.call("POST", "/api/v1/auth/step-up", {"password": PASSWORD} | given, who)


async def mfa(hub: RunningHub, method: str, path: str, who: dict[str, str], **body: Any) -> Answer:
    """A call below `/auth/mfa`."""
    return await hub.call(method, f"/api/v1/auth/mfa{path}", body or None, who)


async def signed_in(hub: RunningHub, role: str = "user") -> Person:
    """A new person in a real session, by password alone."""
    person = await hub.person(role)
    answer = await login(hub, person.email)
    assert answer.status == 200, answer.raw
    return Person(person.id, person.email, answer.body["access_token"])


async def enrolled(hub: RunningHub, role: str = "user") -> Phone:
    """A new person who has set a second factor up; the code for it was another time's."""
    person = await signed_in(hub, role)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    answer = await mfa(hub, "POST", "/confirm", person.bearer, code=code(seed))
    assert answer.status == 200, answer.raw
    strong = Person(person.id, person.email, answer.body["access_token"])
    phone = Phone(strong, seed, answer.body["recovery_codes"])
    await later(hub, phone)
    return phone


async def later(hub: RunningHub, phone: Phone) -> None:
    """As if all codes so far were those of long ago."""
    await hub.res.db.execute("update identity.totp set last_step = 0 where user_id = $1", phone.id)


async def long_ago(hub: RunningHub, person: Person | Phone) -> None:
    """As if the password had been given an hour ago."""
    await hub.res.db.execute(
        "update identity.sessions set proven_at = proven_at - interval '1 hour' where user_id = $1", person.id
    )


async def methods_of_sessions(hub: RunningHub, id: UUID) -> list[tuple[list[str], bool]]:
    """A person's sessions, oldest first: by what they were proven, and whether they go on."""
    rows = await hub.rows(
        "select methods, ended_at is null from identity.sessions where user_id = $1 order by id", id
    )
    return [(row[0], row[1]) for row in rows]


async def audited(hub: RunningHub, id: UUID) -> list[str]:
    rows = await hub.rows("select action from identity.audit_log where actor_id = $1 order by seq", id)
    return [row[0] for row in rows]
