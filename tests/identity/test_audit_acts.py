"""Every act that must leave an entry leaves one, over HTTP; and no entry holds a secret."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from tests.hubs import PASSWORD, Answer, Device, Person, Producer, RunningHub, signal_body
from tests.identity.test_login import login


class Cast(Struct, frozen=True):
    """Who acts in this test, and every secret that was used or shown on the way."""

    hub: RunningHub
    owner: Person
    person: Person
    producer: Producer
    secrets: list[str]

    async def call(self, by: Person, method: str, path: str, body: Any = None) -> Answer:
        return self.heard(await self.hub.call(method, "/api/v1" + path, body, by.bearer))

    def heard(self, answer: Answer) -> Answer:
        """A good answer, whose secrets are kept."""
        assert answer.status < 300, answer.raw
        told = msgspec.json.decode(answer.raw) if answer.raw else {}
        names = ("access_token", "refresh_token", "device_secret", "key")
        self.secrets.extend(value for name in names if (value := told.get(name)))
        return answer

    async def login(self) -> str:
        answer = self.heard(await login(self.hub, self.person.email))
        return str(answer.body["refresh_token"])


async def auth_login(cast: Cast) -> None:
    await cast.login()


async def auth_logout(cast: Cast) -> None:
    body = {"refresh_token": await cast.login()}
    cast.heard(await cast.hub.call("POST", "/api/v1/auth/logout", body))


async def user_create(cast: Cast) -> None:
    body = {"email": f"new.{cast.person.email}", "password": "a passphrase of their own"}
    cast.secrets.append(body["password"])
    await cast.call(cast.owner, "POST", "/users", body)


async def user_role_change(cast: Cast) -> None:
    await cast.call(cast.owner, "PATCH", f"/users/{cast.person.id}", {"role": "admin"})


async def user_lock(cast: Cast) -> None:
    await cast.call(cast.owner, "POST", f"/users/{cast.person.id}/lock")


async def user_unlock(cast: Cast) -> None:
    await cast.call(cast.owner, "POST", f"/users/{cast.person.id}/unlock")


async def user_mfa_reset(cast: Cast) -> None:
    await cast.call(cast.owner, "POST", f"/users/{cast.person.id}/mfa/reset")


async def user_delete(cast: Cast) -> None:
    await cast.call(cast.owner, "DELETE", f"/users/{cast.person.id}")


async def key_create(cast: Cast) -> None:
    body = {"name": "k", "scopes": ["users:read"], "expires_in_days": 1}
    await cast.call(cast.owner, "POST", "/api-keys", body)


async def key_revoke(cast: Cast) -> None:
    await key_create(cast)
    [key] = (await cast.call(cast.owner, "GET", "/api-keys")).body["items"]
    await cast.call(cast.owner, "DELETE", f"/api-keys/{key['id']}")


async def signal_create(cast: Cast) -> None:
    cast.heard(await cast.producer.signal(signal_body()))


async def approval_create(cast: Cast) -> None:
    cast.heard(await cast.hub.approve(cast.person, await cast.producer.opened()))


async def device_register(cast: Cast) -> str:
    made = await cast.call(cast.person, "POST", "/devices/register", {"name": "desk"})
    return str(made.body["device_id"])


async def device_revoke(cast: Cast) -> None:
    await cast.call(cast.person, "POST", f"/devices/{await device_register(cast)}/revoke")


ACTS: dict[str, Callable[[Cast], Awaitable[Any]]] = {
    "auth.login": auth_login,
    "auth.logout": auth_logout,
    "user.create": user_create,
    "user.role.change": user_role_change,
    "user.lock": user_lock,
    "user.unlock": user_unlock,
    "user.mfa.reset": user_mfa_reset,
    "user.delete": user_delete,
    "key.create": key_create,
    "key.revoke": key_revoke,
    "signal.create": signal_create,
    "approval.create": approval_create,
    "device.register": device_register,
    "device.revoke": device_revoke,
}
"""Those of the baseline that exist, and those of operators. Organisations have a test of their own."""

ACTOR = {"auth": "user", "device": "user", "approval": "user", "signal": "producer"}


async def cast(hub: RunningHub) -> Cast:
    owner, person, producer = await hub.person("owner"), await hub.person(), await hub.producer()
    device: Device = await hub.device(person, "old")
    secrets = [PASSWORD, owner.token, person.token, producer.key.decode(), device.key.hex()]
    return Cast(hub, owner, person, producer, secrets)


async def newest(hub: RunningHub) -> int:
    return int((await hub.rows("select seq from identity.audit_head"))[0][0])


@pytest.mark.parametrize("action", ACTS)
async def test_an_act_is_recorded_with_who_did_it_from_where_and_no_secret(
    hub: RunningHub, action: str
) -> None:
    people = await cast(hub)
    before = await newest(hub)
    await ACTS[action](people)
    rows = await hub.rows(
        "select action, actor_id, actor_role, host(ip), meta, t::text from identity.audit_log as t where seq > $1",
        before,
    )
    [entry] = [row for row in rows if row[0] == action]
    role = ACTOR.get(action.partition(".")[0], "owner")
    actor = {"user": people.person.id, "owner": people.owner.id, "producer": None}[role]
    assert (entry[1], entry[2], entry[3]) == (actor, role, "127.0.0.1")
    assert len(people.secrets) >= 5
    assert [secret for secret in people.secrets if any(secret in row[5] for row in rows)] == []
    assert not any("@" in row[4] for row in rows)


async def test_the_search_for_secrets_finds_one_that_is_there(hub: RunningHub) -> None:
    """The negative control: an entry that tells what it must not."""
    from tests.identity.test_audit_api import Entry, write

    people = await cast(hub)
    await write(hub, Entry("test.leak", "x", "user", meta={"deep": [{"token": people.person.token}]}))
    [row] = await hub.rows("select t::text from identity.audit_log as t where action = 'test.leak'")
    assert people.person.token in row[0]
