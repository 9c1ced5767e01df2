"""Decisions: recorded once, without what is personal, found by what one asks for."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.problems import Invalid
from hub.research.decisions import rules, service
from hub.research.decisions.models import DecisionIn
from tests.hubs import RunningHub
from tests.metrics import here

BAR = datetime(2026, 10, 5, 9, tzinfo=UTC)


def decision(hour: int = 0, **changed: Any) -> dict[str, Any]:
    bar = BAR + timedelta(hours=hour)
    return {
        "at": (bar + timedelta(hours=1)).isoformat(),
        "strategy": "fib_rsi",
        "version": "1",
        "symbol": "XAUUSD",
        "timeframe": "H1",
        "bar_time": bar.isoformat(),
        "outcome": "none",
        "features": {"rsi": 38.2},
        "thresholds": {"rsi_low": 40.0},
        "note": "nothing to do",
    } | changed


async def record(hub: RunningHub, *items: dict[str, Any]) -> Any:
    return await (await hub.producer()).post("/api/v1/decisions", {"items": list(items)})


async def found(hub: RunningHub, query: str, status: int = 200) -> Any:
    reader = await hub.person("admin")
    answer = await hub.call("GET", f"/api/v1/decisions?{query}", headers=reader.bearer)
    assert answer.status == status, answer.raw
    return answer.body


def a_strategy() -> str:
    return f"s-{uuid4().hex[:12]}"


async def test_what_was_said_is_found_as_it_was_said(hub: RunningHub) -> None:
    name = a_strategy()
    answer = await record(hub, decision(strategy=name, outcome="placed", signal_id=str(uuid4())))
    assert (answer.status, answer.body) == (200, {"recorded": 1, "known": 0})
    [kept] = (await found(hub, f"strategy={name}"))["items"]
    assert (kept["features"], kept["thresholds"]) == ({"rsi": 38.2}, {"rsi_low": 40.0})
    assert (kept["outcome"], kept["note"], kept["user_id"]) == ("placed", "nothing to do", None)
    assert kept["bar_time"] == "2026-10-05T09:00:00Z"


async def test_what_is_recorded_again_changes_nothing(hub: RunningHub) -> None:
    producer, name = await hub.producer(), a_strategy()
    first = {"items": [decision(0, strategy=name), decision(1, strategy=name), decision(1, strategy=name)]}
    again = {"items": [decision(1, strategy=name, note="otherwise"), decision(2, strategy=name)]}
    answers = [(await producer.post("/api/v1/decisions", body)).body for body in (first, first, again)]
    assert answers == [{"recorded": 2, "known": 1}, {"recorded": 0, "known": 3}, {"recorded": 1, "known": 1}]
    assert {each["note"] for each in (await found(hub, f"strategy={name}"))["items"]} == {"nothing to do"}
    assert here()[f"decision_logs_total{{strategy={name}}}"] == 3


@pytest.mark.parametrize("other", [{"version": "2"}, {"symbol": "EURUSD"}, {"timeframe": "H4"}])
async def test_another_version_symbol_or_timeframe_is_another_decision(
    hub: RunningHub, other: dict[str, str]
) -> None:
    name = a_strategy()
    answer = await record(hub, decision(strategy=name), decision(strategy=name, **other))
    assert answer.body["recorded"] == 2


async def test_one_producer_cannot_take_anothers_place(hub: RunningHub) -> None:
    name = a_strategy()
    assert (await record(hub, decision(strategy=name))).body["recorded"] == 1
    assert (await record(hub, decision(strategy=name))).body["recorded"] == 1


async def test_five_hundred_at_once_and_no_more(hub: RunningHub) -> None:
    name = a_strategy()
    many = [decision(-hour, strategy=name) for hour in range(501)]
    assert (await record(hub, *many)).status == 422
    assert (await record(hub, *many[:500])).body == {"recorded": 500, "known": 0}
    assert (await record(hub)).status == 422


async def test_a_month_that_many_write_to_first_gets_one_partition(hub: RunningHub) -> None:
    name, old = a_strategy(), datetime(2003, 5, 31, 23, tzinfo=UTC)
    bars = [{"bar_time": (old + timedelta(hours=hour)).isoformat()} for hour in range(4)]
    producers = [await hub.producer() for _ in range(8)]
    body = {"items": [decision(strategy=name, **bar) for bar in bars]}
    answers = await asyncio.gather(*(each.post("/api/v1/decisions", body) for each in producers))
    assert [each.body for each in answers] == [{"recorded": 4, "known": 0}] * 8
    rows = await hub.rows(
        "select tableoid::regclass::text, count(*) from research.decisions where strategy = $1 group by 1 order by 1",
        name,
    )
    assert [tuple(row) for row in rows] == [
        ("research.decisions_2003_05", 8),
        ("research.decisions_2003_06", 24),
    ]


async def test_the_job_makes_this_month_and_the_next_two(hub: RunningHub) -> None:
    await service.make_partitions(hub.res)
    await service.make_partitions(hub.res)
    wanted = [f"decisions_{month:%Y_%m}" for month in rules.ahead(datetime.now(UTC))]
    rows = await hub.rows("select relname from pg_class where relname = any($1::text[]) order by 1", wanted)
    assert [row[0] for row in rows] == wanted and len(wanted) == 3


async def test_a_search_by_everything(hub: RunningHub) -> None:
    name = a_strategy()
    await record(
        hub,
        decision(0, strategy=name, outcome="placed"),
        decision(1, strategy=name, symbol="EURUSD"),
        decision(2, strategy=name),
        decision(3, strategy=name, outcome="rejected"),
    )

    async def hours(query: str) -> list[int]:
        items = (await found(hub, f"strategy={name}&{query}"))["items"]
        return [datetime.fromisoformat(each["bar_time"]).hour - 9 for each in items]

    assert await hours("limit=200") == [3, 2, 1, 0]
    assert await hours("outcome=placed") == [0]
    assert await hours("symbol=EURUSD") == [1]
    assert await hours("since=2026-10-05T10:00:00Z&until=2026-10-05T12:00:00Z") == [2, 1]
    assert await hours("until=2026-10-05T09:00:00Z") == []


async def test_pages_follow_each_other(hub: RunningHub) -> None:
    name, seen, cursor = a_strategy(), [], ""
    await record(hub, *(decision(hour, strategy=name) for hour in range(7)))
    await record(hub, *(decision(hour, strategy=name) for hour in range(7)))
    while True:
        page = await found(hub, f"strategy={name}&limit=3{cursor}")
        seen += [each["bar_time"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == 14 and seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-10-05",
        "outcome=maybe",
        "cursor=1",
        "cursor=1-------------------------------------",
        "limit=201",
        "strategy=%00",
    ],
)
async def test_a_bad_query_is_refused(hub: RunningHub, query: str) -> None:
    await found(hub, query, 422)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"features": {"x": "y" * 20_000}}, "/items/1/features"),
        ({"thresholds": {"x": list(range(9_000))}}, "/items/1/thresholds"),
        ({"bar_time": "1970-01-01T00:00:00Z"}, "/items/1/bar_time"),
        ({"at": "2199-01-01T00:00:00Z"}, "/items/1/at"),
        ({"bar_time": "2026-10-05T09:00:00"}, "/items/1/bar_time"),
        ({"outcome": "maybe"}, "/items/1/outcome"),
        ({"user_id": str(uuid4())}, "/items/1/user_id"),
        ({"note": "n" * 2_001}, "/items/1/note"),
    ],
)
async def test_one_bad_decision_refuses_all(hub: RunningHub, changed: dict[str, Any], pointer: str) -> None:
    name = a_strategy()
    answer = await record(hub, decision(strategy=name), decision(1, **({"strategy": name} | changed)))
    assert answer.status == 422 and answer.body["errors"][0]["pointer"] == pointer, answer.raw
    assert (await found(hub, f"strategy={name}"))["items"] == []


async def test_features_just_below_the_bound_are_kept_and_a_huge_body_is_not_read(hub: RunningHub) -> None:
    name, features = a_strategy(), {f"f{n}": n * 0.5 for n in range(1_000)}
    assert (await record(hub, decision(strategy=name, features=features))).status == 200
    [kept] = (await found(hub, f"strategy={name}"))["items"]
    assert kept["features"] == features
    large = [decision(n, features={"x": "y" * 15_000}) for n in range(67)]
    assert len(msgspec.json.encode({"items": large})) > 1_000_000
    assert (await record(hub, *large)).status == 413


SECRETS = {
    "api_key": "abc",
    "device_secret": "abc",
    "client_email": "x",
    "phone": 441234567890,
    "who": "write to Jane.Doe+x@mail.example.com today",
    "call": "+44 20 7946 0958",
    "card": "4111 1111 1111 1111",
    "auth": "Bearer abcdef",
    "jwt": "eyJhbGciOi.eyJzdWIi.c2ln",
    "dsn_like": "postgresql://app:hunter2@db/x",
    "deep": {"list": [{"password": "hunter2", "mail": "a@b.example"}]},
}


async def test_nothing_personal_or_secret_is_kept(hub: RunningHub) -> None:
    name = a_strategy()
    await record(
        hub,
        decision(
            strategy=name,
            features=SECRETS,
            thresholds=SECRETS,
            note=" | ".join(map(str, list(SECRETS.values())[4:-1])),
        ),
    )
    [row] = await hub.rows(
        "select features::text || thresholds::text || note from research.decisions where strategy = $1", name
    )
    for leak in ("abc", "441234567890", "Jane", "example", "7946", "1111", "eyJ", "hunter2"):
        assert leak not in row[0], leak


def test_what_is_only_figures_stays() -> None:
    facts = {
        "rsi": 38.2,
        "entry": "1626.67",
        "setup": "XAUUSD_H1_long_2026-11-20T10:00:00Z",
        "at": "2026-11-20 10:00:00.123456+00:00",
        "id": "01989f3e-7c00-7abc-8def-0123456789ab",
        "many": [1, 2.5, None, True],
    }
    assert rules.redacted(facts) == facts


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=10), JSON, max_size=5), st.emails())
def test_redaction_takes_any_json_and_leaves_no_address(facts: dict[str, Any], email: str) -> None:
    kept = rules.redacted(facts | {"note": f"by {email}"})
    assert "\0" not in str(kept) and rules.redacted(kept) == kept
    if all(char.isalnum() or char in ".-_+@" for char in email):
        assert email not in str(kept)


async def test_whatever_a_producer_may_write_in_json_is_kept_or_refused(hub: RunningHub) -> None:
    for odd in (
        b'{"\\u0000": "a\\u0000b"}',
        b'{"n": 1e308}',
        b'{"n": 123456789012345678901234567890}',
        b'{"n": 1e400}',
    ):
        name = a_strategy()
        body = (
            b'{"items":[' + msgspec.json.encode(decision(strategy=name)).replace(b'{"rsi":38.2}', odd) + b"]}"
        )
        answer = await (await hub.producer()).post("/api/v1/decisions", body)
        assert answer.status in (200, 400, 422), (odd, answer.raw)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_a_moment_lies_in_its_month_and_those_ahead_follow_on(moment: datetime) -> None:
    [month] = rules.months([moment])
    assert month <= moment and (month.year, month.month, month.day) == (moment.year, moment.month, 1)
    numbers = [each.year * 12 + each.month for each in rules.ahead(moment)]
    assert numbers == list(range(numbers[0], numbers[0] + 3)) and rules.ahead(moment)[0] == month


def test_a_future_bar_is_refused_by_the_clock_alone() -> None:
    item = msgspec.convert(decision(), DecisionIn)
    rules.check([item], BAR + timedelta(hours=1))
    with pytest.raises(Invalid, match="future"):
        rules.check([item], BAR - timedelta(hours=1))
