"""The signed head of each day: what it says, when it is made, what it brings to light."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.core import clock, jobs
from hub.core.embedded import Endpoints
from hub.core.problems import NotFound, Unauthenticated
from hub.core.security.tokens import statement
from hub.identity.audit import heads, rules
from hub.identity.audit import service as audit
from hub.identity.audit.heads import Unfit
from hub.identity.audit.models import Entry
from tests.hubs import RunningHub

FIRST = date(2026, 10, 30)


class Days:
    """A hub whose clock the test sets."""

    def __init__(self, hub: RunningHub, monkeypatch: pytest.MonkeyPatch, servers: Endpoints) -> None:
        self.hub, self._monkeypatch, self._servers = hub, monkeypatch, servers

    def at(self, day: int, time: str = "12:00:00") -> None:
        """So many days after the first."""
        moment = datetime.fromisoformat(f"{FIRST + timedelta(days=day)}T{time}+00:00")
        self._monkeypatch.setattr(clock, "now", lambda: moment)

    async def write(self, count: int = 1) -> None:
        for n in range(count):
            async with self.hub.res.db.transaction() as tx:
                await audit.record(tx, Entry("test.act", f"thing:{n}", "user"))

    async def sign(self) -> int:
        return await heads.sign(self.hub.res)

    async def signed(self) -> list[tuple[date, int]]:
        rows = await self.hub.rows("select day, seq from identity.audit_daily order by day")
        return [tuple(row) for row in rows]

    async def check(self) -> Unfit | int:
        return await heads.check(self.hub.res.db, self.hub.res.tokens.publics)

    async def tamper(self, statement: str) -> None:
        """As the superuser, with the triggers out of the way."""
        name = await self.hub.res.db.pool.fetchval("select current_database()")
        connection: Any = await asyncpg.connect(self._servers.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
        try:
            await connection.execute("set session_replication_role = replica")
            assert (await connection.execute(statement)).rpartition(" ")[2] != "0"
        finally:
            await connection.close()

    async def rewrite(self) -> None:
        """What a thorough forger does: change an entry, and every hash after it."""
        await self.tamper("update identity.audit_log set target = 'forged' where seq = 1")
        before = rules.GENESIS
        for row in await self.hub.rows(
            "select seq, id, ts, actor_id, actor_role, action, target, host(ip), meta from identity.audit_log order by seq"
        ):
            before = rules.link(before, *tuple(row)[1:])
            await self.tamper(
                f"update identity.audit_log set hash = '\\x{before.hex()}' where seq = {row[0]}"
            )
        await self.tamper(f"update identity.audit_head set hash = '\\x{before.hex()}'")


@pytest.fixture
def days(alone: RunningHub, monkeypatch: pytest.MonkeyPatch, servers: Endpoints) -> Days:
    return Days(alone, monkeypatch, servers)


@pytest.fixture
async def signed(days: Days) -> Days:
    """Three days with two entries each, signed; and one entry of the day after."""
    for day in range(3):
        days.at(day)
        await days.write(2)
    days.at(3)
    await days.write()
    assert await days.sign() == 3
    return days


@pytest.mark.parametrize(
    ("first", "now", "expected"),
    [
        ("2026-10-30", "2026-10-30T23:59:59Z", []),
        ("2026-10-30", "2026-10-31T00:04:59Z", []),
        ("2026-10-30", "2026-10-31T00:05:00Z", ["2026-10-30"]),
        ("2026-10-30", "2026-11-02T12:00:00Z", ["2026-10-30", "2026-10-31", "2026-11-01"]),
        ("2026-10-30", "2026-10-31T03:00:00+03:00", []),
        ("2026-10-31", "2026-10-30T12:00:00Z", []),
    ],
)
def test_a_day_is_over_five_minutes_after_midnight_in_utc(first: str, now: str, expected: list[str]) -> None:
    found = rules.days_over(date.fromisoformat(first), datetime.fromisoformat(now))
    assert [str(day) for day in found] == expected


async def test_a_head_says_where_the_chain_stood_when_the_day_was_over(signed: Days) -> None:
    assert await signed.signed() == [(FIRST + timedelta(days=n), 2 * n + 2) for n in range(3)]
    head = await heads.get(signed.hub.res.db)
    assert jwt.get_unverified_header(head.token)["typ"] == "audit-head+jwt"
    said = statement(head.token, "audit-head+jwt", signed.hub.res.tokens.publics)
    [row] = await signed.hub.rows("select hash from identity.audit_log where seq = 6")
    iat = int(clock.now().timestamp())
    assert said == {"iss": "caerus", "iat": iat, "day": "2026-11-01", "seq": 6, "hash": row[0].hex()}
    assert await signed.check() == 3


async def test_signing_again_changes_nothing_also_at_once(days: Days) -> None:
    days.at(0)
    await days.write(3)
    days.at(1, "00:05:00")
    assert sorted(await asyncio.gather(days.sign(), days.sign(), days.sign())) == [0, 0, 1]
    first = await heads.get(days.hub.res.db)
    assert await days.sign() == 0
    assert await heads.get(days.hub.res.db) == first


async def test_days_that_were_missed_are_caught_up_and_quiet_ones_repeat_the_head(days: Days) -> None:
    days.at(0)
    await days.write(2)
    days.at(1)
    assert await days.sign() == 1
    days.at(3)
    await days.write()
    days.at(5)
    assert await days.sign() == 4
    assert [seq for _, seq in await days.signed()] == [2, 2, 2, 3, 3]
    assert await days.check() == 5


async def test_the_job_runs_at_five_past_each_hour(days: Days) -> None:
    [entry] = [each for each in jobs._crons if each.name == "cron:sign_audit_heads"]
    assert (entry.minute, entry.second, entry.hour) == ({5}, {0}, None)
    days.at(0)
    await days.write()
    days.at(1, "00:05:00")
    await entry.coroutine({"resources": days.hub.res, "job_id": "cron", "job_try": 1})
    assert await days.signed() == [(FIRST, 1)]


async def test_without_any_entry_there_is_no_head(days: Days) -> None:
    assert await days.sign() == 0
    with pytest.raises(NotFound):
        await heads.get(days.hub.res.db)


async def test_a_head_is_no_access_token_and_an_access_token_no_head(signed: Days) -> None:
    tokens = signed.hub.res.tokens
    with pytest.raises(Unauthenticated):
        tokens.read((await heads.get(signed.hub.res.db)).token)
    person = await signed.hub.person()
    assert statement(person.token, rules.HEAD, tokens.publics) is None


async def test_a_log_rewritten_with_all_its_hashes_is_found_by_its_heads_alone(signed: Days) -> None:
    await signed.rewrite()
    assert await audit.verify(signed.hub.res.db) == 7
    found = await signed.check()
    assert isinstance(found, Unfit)
    assert (found.which, found.why) == (str(FIRST), "names entry 2, which has another hash now")


@pytest.mark.parametrize(
    ("statement", "which", "why"),
    [
        ("update identity.audit_daily set seq = 3 where seq = 4", "2026-10-31", "not what was signed"),
        (
            "update identity.audit_daily set hash = sha256('x') where seq = 4",
            "2026-10-31",
            "not what was signed",
        ),
        (
            "update identity.audit_daily set token = (select token from identity.audit_daily where seq = 2) where seq = 4",
            "2026-10-31",
            "not what was signed",
        ),
        ("update identity.audit_daily set token = token || 'x' where seq = 6", "2026-11-01", "known key"),
        ("delete from identity.audit_daily where seq = 4", "2026-11-01", "missing"),
        ("delete from identity.audit_log where seq = 4", "2026-10-31", "names entry 4, which is missing"),
    ],
)
async def test_a_head_that_does_not_hold_is_named(signed: Days, statement: str, which: str, why: str) -> None:
    await signed.tamper(statement)
    found = await signed.check()
    assert isinstance(found, Unfit)
    assert found.which == which and why in found.why


async def test_a_head_signed_by_another_key_does_not_hold(signed: Days) -> None:
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    keys = [other.public_key()]
    found = await heads.check(signed.hub.res.db, keys)
    assert isinstance(found, Unfit) and "known key" in found.why
    assert await heads.check(signed.hub.res.db, [*keys, *signed.hub.res.tokens.publics]) == 3


async def test_a_head_kept_elsewhere_tells_of_a_forger_who_signs_anew(signed: Days) -> None:
    """The forger has database and key: only what somebody else keeps is left to tell."""
    db, keys = signed.hub.res.db, signed.hub.res.tokens.publics
    kept = [row[0] for row in await signed.hub.rows("select token from identity.audit_daily order by day")]
    assert await heads.check_published(db, kept, keys) == 3
    await signed.rewrite()
    await signed.tamper("delete from identity.audit_daily")
    assert await signed.sign() == 3
    assert await signed.check() == 3 and await audit.verify(db) == 7
    found = await heads.check_published(db, kept, keys)
    assert isinstance(found, Unfit) and found.which == str(FIRST)
    garbage = await heads.check_published(db, ["x.y.z"], keys)
    assert isinstance(garbage, Unfit) and garbage.which == "line 1"


async def test_a_break_is_counted_when_its_day_is_signed(days: Days) -> None:
    days.at(0)
    await days.write(3)
    await days.tamper("update identity.audit_log set target = 'forged' where seq = 2")
    days.at(1)
    before = heads._broken._value.get()
    assert await days.sign() == 1
    assert heads._broken._value.get() == before + 1
    days.at(2)
    assert await days.sign() == 1
    assert heads._broken._value.get() == before + 1


async def test_what_follows_an_entry_can_be_checked_by_itself(days: Days) -> None:
    days.at(0)
    await days.write(6)
    db = days.hub.res.db
    await days.tamper("update identity.audit_log set target = 'forged' where seq = 3")
    assert await audit.verify(db) == audit.Broken(3, "test.act")
    assert await audit.verify(db, after=2) == audit.Broken(3, "test.act")
    assert await audit.verify(db, after=3) == 3
    assert await audit.verify(db, after=6) == 0
    assert await audit.verify(db, after=7) == audit.Broken(7, None)


async def test_an_entry_that_was_made_unreadable_is_still_shown(days: Days) -> None:
    await days.write(3)
    await days.tamper("update identity.audit_log set meta = '{' where seq = 2")
    await days.tamper("update identity.audit_log set meta = '[1]' where seq = 3")
    admin = await days.hub.person("admin")
    answer = await days.hub.call("GET", "/api/v1/admin/audit-logs?action=test.act", headers=admin.bearer)
    metas = [item["meta"] for item in answer.body["items"]]
    assert metas == [{"unreadable": "[1]"}, {"unreadable": "{"}, {}]


async def test_heads_are_read_page_by_page_newest_first(signed: Days) -> None:
    admin, found, cursor = await signed.hub.person("admin"), [], ""
    for _ in range(2):
        path = f"/api/v1/admin/audit-logs/heads?limit=2{cursor}"
        page = (await signed.hub.call("GET", path, headers=admin.bearer)).body
        found += [(item["day"], item["seq"]) for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [("2026-11-01", 6), ("2026-10-31", 4), ("2026-10-30", 2)]
    assert page["next_cursor"] is None
    assert page["items"][0].keys() == {"day", "seq", "hash", "signed_at", "token"}
    assert datetime.fromisoformat(page["items"][0]["signed_at"]) == datetime(2026, 11, 2, 12, tzinfo=UTC)
