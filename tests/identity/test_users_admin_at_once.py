"""What operators do at the same moment: an owner always stays, and no sign-in slips past a lock.

Each promise has its negative control: the same meeting with the protection taken out.
"""

import asyncio
from itertools import combinations_with_replacement
from typing import Any

import pytest

from hub.identity.users import store
from tests.hubs import Answer, Person, RunningHub
from tests.identity.conftest import Together, Weaken
from tests.identity.test_login import login
from tests.identity.test_users_admin import act

ACTS: dict[str, tuple[str, str, Any]] = {
    "demote": ("PATCH", "", {"role": "user"}),
    "lock": ("POST", "/lock", None),
    "delete": ("DELETE", "", None),
}


async def do(hub: RunningHub, by: Person, to: Person, name: str) -> Answer:
    method, suffix, body = ACTS[name]
    return await act(hub, by, method, f"/{to.id}{suffix}", body)


async def owners(hub: RunningHub) -> int:
    [row] = await hub.rows(
        """select count(*) from identity.users
           where role = 'owner' and suspended_at is null and deleted_at is null"""
    )
    return int(row[0])


async def meet(hub: RunningHub, together: Together, first: str, second: str) -> list[int]:
    """Two owners, the only ones, do this to each other at once; the statuses, lowest first."""
    one, other = await hub.person("owner"), await hub.person("owner")
    assert await owners(hub) == 2
    async with together(hub) as meeting:
        doing = asyncio.gather(do(hub, one, other, first), do(hub, other, one, second))
        await meeting.waits(2)
    return sorted(answer.status for answer in await doing)


@pytest.mark.parametrize(("first", "second"), list(combinations_with_replacement(ACTS, 2)))
async def test_two_owners_cannot_take_each_other_away(
    alone: RunningHub, together: Together, first: str, second: str
) -> None:
    statuses = await meet(alone, together, first, second)
    assert statuses[0] in (200, 204) and statuses[1] == 403
    assert await owners(alone) == 1


@pytest.mark.parametrize("name", ACTS)
async def test_without_the_row_locks_they_can(
    alone: RunningHub, together: Together, weaken: Weaken, name: str
) -> None:
    weaken(store.sql, "hold_people", "for no key update", "")
    assert set(await meet(alone, together, name, name)) <= {200, 204}
    assert await owners(alone) == 0


async def test_of_many_owners_at_once_one_stays_and_nobody_waits_for_ever(alone: RunningHub) -> None:
    people = [await alone.person("owner") for _ in range(6)]
    pairs = [(by, to) for by in people for to in people if by is not to]
    answers = await asyncio.gather(*(do(alone, by, to, "demote") for by, to in pairs))
    assert {answer.status for answer in answers} <= {200, 403}
    assert await owners(alone) >= 1


async def lock_and_sign_in(hub: RunningHub, together: Together) -> tuple[Answer, Person]:
    """A sign-in whose password was right reaches the database while its person is being locked."""
    owner, person = await hub.person("owner"), await hub.person()
    async with together(hub) as meeting:
        locking = asyncio.create_task(do(hub, owner, person, "lock"))
        await meeting.waits(1)
        coming = asyncio.create_task(login(hub, person.email))
        await meeting.waits(2)
    assert (await locking).status == 200
    return await coming, person


async def live(hub: RunningHub, person: Person) -> int:
    query = "select count(*) from identity.sessions where user_id = $1 and ended_at is null"
    return int((await hub.rows(query, person.id))[0][0])


async def test_a_sign_in_under_way_does_not_slip_past_a_lock(alone: RunningHub, together: Together) -> None:
    answer, person = await lock_and_sign_in(alone, together)
    assert (answer.status, await live(alone, person)) == (401, 0)


async def test_without_the_second_look_it_does(alone: RunningHub, together: Together, weaken: Weaken) -> None:
    weaken(store.sql, "logged_in", "and suspended_at is null and deleted_at is null", "")
    answer, person = await lock_and_sign_in(alone, together)
    assert (answer.status, await live(alone, person)) == (200, 1)


async def test_a_sign_in_under_way_gets_the_new_role(alone: RunningHub, together: Together) -> None:
    owner, person = await alone.person("owner"), await alone.person("admin")
    async with together(alone) as meeting:
        changing = asyncio.create_task(do(alone, owner, person, "demote"))
        await meeting.waits(1)
        coming = asyncio.create_task(login(alone, person.email))
        await meeting.waits(2)
    assert (await changing).status == 200
    assert alone.res.tokens.read((await coming).body["access_token"]).role == "user"
