"""Reading the audit log."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.core import clock
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from tests.hubs import Person, RunningHub

PATH = "/api/v1/admin/audit-logs"


async def read(hub: RunningHub, by: Person, query: str = "") -> dict[str, Any]:
    answer = await hub.call("GET", PATH + query, headers=by.bearer)
    assert answer.status == 200, answer.raw
    return dict(answer.body)


async def write(hub: RunningHub, *entries: Entry) -> None:
    async with hub.res.db.transaction() as tx:
        await audit.record(tx, *entries)


@pytest.fixture
async def target(hub: RunningHub) -> str:
    """A thing with five entries of its own."""
    target = f"thing:{uuid4()}"
    for n in range(5):
        entry = Entry(
            f"test.act{n % 2}", target, "user", UUID(int=n % 3), "10.0.0.1", {"n": n, "x": {"y": []}}
        )
        await write(hub, entry)
    return target


async def test_an_entry_is_shown_whole_with_its_meta_decoded(hub: RunningHub, target: str) -> None:
    page = await read(hub, await hub.person("admin"), f"?target={target}")
    assert page["next_cursor"] is None
    item = page["items"][0]
    [row] = await hub.rows(
        "select seq, id, hash from identity.audit_log where target = $1 and meta like '%4%'", target
    )
    shown = {name: value for name, value in item.items() if name != "ts"}
    assert shown == {
        "seq": row[0],
        "id": str(row[1]),
        "actor_id": str(UUID(int=1)),
        "actor_role": "user",
        "action": "test.act0",
        "target": target,
        "ip": "10.0.0.1",
        "meta": {"n": 4, "x": {"y": []}},
        "hash": row[2].hex(),
    }
    assert abs(datetime.fromisoformat(item["ts"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_entries_are_read_page_by_page_newest_first(hub: RunningHub, target: str) -> None:
    admin, found, cursor = await hub.person("admin"), [], ""
    for _ in range(3):
        page = await read(hub, admin, f"?target={target}&limit=2{cursor}")
        found += [item["meta"]["n"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
        await write(hub, Entry("test.later", target, "user", meta={"n": 9}))
    assert found == [4, 3, 2, 1, 0] and page["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("action=test.act1", [3, 1]),
        ("action=test.act", []),
        (f"actor_id={UUID(int=0)}", [3, 0]),
        (f"actor_id={UUID(int=0)}&action=test.act0", [0]),
        ("since=2026-01-01T00:00:00Z", [4, 3, 2, 1, 0]),
        ("until=2026-01-01T00:00:00Z", []),
    ],
)
async def test_entries_are_found_by_what_who_and_when(
    hub: RunningHub, target: str, query: str, numbers: list[int]
) -> None:
    page = await read(hub, await hub.person("owner"), f"?target={target}&{query}")
    assert [item["meta"]["n"] for item in page["items"]] == numbers


async def test_since_is_inclusive_and_until_is_not(hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, target = await hub.person("admin"), f"thing:{uuid4()}"
    at = clock.now().replace(microsecond=0)
    for seconds in range(3):
        monkeypatch.setattr(clock, "now", lambda seconds=seconds: at + timedelta(seconds=seconds))
        await write(hub, Entry("test.timed", target, "user", meta={"n": seconds}))
    monkeypatch.undo()
    middle = clock.rfc3339(at + timedelta(seconds=1))
    for query, numbers in ((f"since={middle}", [2, 1]), (f"until={middle}", [0])):
        page = await read(hub, admin, f"?target={target}&{query}")
        assert [item["meta"]["n"] for item in page["items"]] == numbers


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("cursor=0", "/cursor"),
        ("cursor=x", "/cursor"),
        ("actor_id=x", "/actor_id"),
        ("since=2026-01-01T00:00:00", "/since"),
        ("until=yesterday", "/until"),
        ("action=", "/action"),
        ("who=x", "/who"),
    ],
)
async def test_a_wrong_filter_is_refused_and_named(hub: RunningHub, query: str, pointer: str) -> None:
    answer = await hub.call("GET", f"{PATH}?{query}", headers=(await hub.person("admin")).bearer)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("path", [PATH, f"{PATH}/heads"])
async def test_it_takes_an_operator_with_both_factors(hub: RunningHub, path: str) -> None:
    admin = await hub.person("admin")
    weak = {"authorization": "Bearer " + hub.token(admin.id, "admin", ("pwd",))}
    assert (await hub.call("GET", path, headers=admin.bearer)).status == 200
    assert (await hub.call("GET", path, headers=weak)).status == 403
    assert (await hub.call("GET", path, headers=(await hub.person()).bearer)).status == 403
