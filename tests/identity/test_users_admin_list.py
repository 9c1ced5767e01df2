"""Finding people."""

from urllib.parse import quote
from uuid import uuid4

import pytest

from hub.identity.users import service as users
from tests.hubs import PASSWORD, RunningHub
from tests.identity.test_users_admin import act


async def test_people_are_listed_newest_first_page_by_page(hub: RunningHub) -> None:
    admin, mark = await hub.person("admin"), uuid4().hex
    made = [(await users.create(hub.res, f"{n}.{mark}@example.com", PASSWORD, "user")).id for n in range(5)]
    found, cursor = [], ""
    for _ in range(3):
        page = (await act(hub, admin, "GET", f"?search={mark}&limit=2{cursor}")).body
        found += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [str(id) for id in made[::-1]]
    assert page["next_cursor"] is None


@pytest.mark.parametrize("special", ["%", "_", "\\", "%25", "100%", "a_c"])
async def test_a_search_takes_special_characters_as_they_are(hub: RunningHub, special: str) -> None:
    admin, mark = await hub.person("admin"), uuid4().hex
    meant = await users.create(hub.res, f"{mark}{special}z@example.com", PASSWORD, "user")
    await users.create(hub.res, f"{mark}xabcz@example.com", PASSWORD, "user")
    answer = await act(hub, admin, "GET", f"?search={quote(mark + special)}")
    assert [item["id"] for item in answer.body["items"]] == [str(meant.id)]
    answer = await act(hub, admin, "GET", f"?search={mark.upper()}")
    assert len(answer.body["items"]) == 2


async def test_people_are_filtered_by_role_and_status(hub: RunningHub) -> None:
    owner, mark = await hub.person("owner"), uuid4().hex
    ids: dict[str, str] = {}
    for name, role in {"active": "admin", "suspended": "user", "unverified": "user"}.items():
        user = await users.create(hub.res, f"{name}.{mark}@example.com", PASSWORD, role)  # type: ignore[arg-type]
        ids[str(user.id)] = name
    by_name = {name: id for id, name in ids.items()}
    assert (await act(hub, owner, "POST", f"/{by_name['suspended']}/lock")).status == 200
    statement = "update identity.users set verified_at = null where email = $1"
    await hub.res.db.execute(statement, f"unverified.{mark}@example.com")

    async def found(query: str) -> set[str]:
        answer = await act(hub, owner, "GET", f"?search={mark}&{query}")
        return {ids[item["id"]] for item in answer.body["items"]}

    assert await found("") == {"active", "suspended", "unverified"}
    assert await found("role=admin") == {"active"}
    assert await found("role=user") == {"suspended", "unverified"}
    for status in ("active", "suspended", "unverified"):
        assert await found(f"status={status}") == {status}
    assert (await act(hub, owner, "GET", "?status=odd")).status == 422
