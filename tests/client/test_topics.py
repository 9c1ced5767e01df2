"""Typed topics: the structs are those of the hub's API document, and read what it sends."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from caerus_client import events
from caerus_client.frames import WIRES, Event
from caerus_client.topics import COPYING_ALERTS, KINDS, RISK, SIGNALS, Topic, approvals, candles, quotes

import hub
import hub.rooms
from hub.core.principal import Principal
from hub.core.stream.topics import Topic as Declared
from hub.core.stream.topics import topics as declared

ROOT = Path(__file__).parents[2]
SCHEMAS = json.loads((ROOT / "clients/packages/api/openapi.json").read_text())["components"]["schemas"]
TOPICS = json.loads((ROOT / "clients/conformance/topics.json").read_text())
ID = UUID("01989f3e-7c00-7abc-8def-0123456789ab")
OWNER = Principal("user", str(ID), ID, "owner")
INNER = {"command.issued", "session.ended"}
"""Of topics that nobody may read."""


async def readable(topic: Declared) -> bool:
    """Whether anybody may read one of these: the owner may read all that somebody may, of their own."""
    return await topic.guard(
        OWNER, **{n: ID if kind is UUID else "XAUUSD" for n, kind in topic.params.items()}
    )


async def test_both_clients_have_every_topic_that_the_hub_declares_for_somebody():
    """`packages/api/src/topics.test.ts` holds TypeScript's to the same file."""
    hubs = {name: topic for name, topic in declared.by_namespace.items() if await readable(topic)}
    assert len(hubs) >= 20 and "commands" not in hubs
    for name, topic in hubs.items():
        assert name in KINDS, f"caerus_client/topics.py lacks {name}"
        assert name in TOPICS, f"clients/conformance/topics.json lacks {name}"
        written, event = TOPICS[name], topic.event
        assert written["topic"] == topic.template
        assert written["data"] in (event.__name__, f"{event.__module__}.{event.__name__}")
        assert written["events"] == list(KINDS[name].types)
    assert set(KINDS) == set(TOPICS) == set(hubs)


def appended() -> Iterator[str]:
    """Types of events that rooms name where they append one."""
    for path in Path(hub.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in ("Event", "_event", "_tell", "tell", "_ended"):
                    yield from (
                        each.value
                        for each in node.args
                        if isinstance(each, ast.Constant)
                        and isinstance(each.value, str)
                        and "." in each.value
                    )


def test_every_type_of_event_that_a_room_names_is_known():
    named = set(appended())
    assert len(named) > 20
    assert named - {each for kind in KINDS.values() for each in kind.types} == INNER


def structs() -> dict[str, type[msgspec.Struct]]:
    """By the schema of the document: what events carry, and what that is made of."""
    found: dict[str, type[msgspec.Struct]] = {}
    left: list[tuple[str, Any]] = [(each["data"], KINDS[name].data) for name, each in TOPICS.items()]
    while left:
        schema, struct = left.pop()
        found[schema] = struct
        for field in msgspec.structs.fields(struct):
            left += zip(
                referred(SCHEMAS[schema]["properties"][field.encode_name]), nested(field.type), strict=True
            )
    return found


def referred(schema: Any) -> list[str]:
    """Names of the schemas in it."""
    if isinstance(schema, list):
        return [name for each in schema for name in referred(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if "$ref" in schema else []
    return own + [name for each in schema.values() for name in referred(each)]


def nested(kind: Any) -> list[Any]:
    """The structs in a type."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [struct for each in get_args(kind) for struct in nested(each)]


STRUCTS = structs()


@pytest.mark.parametrize(("schema", "struct"), STRUCTS.items())
def test_a_struct_has_the_fields_of_the_documents_schema(schema, struct):
    fields = {each.encode_name: each.required for each in msgspec.structs.fields(struct)}
    wanted = {name: name in SCHEMAS[schema]["required"] for name in SCHEMAS[schema]["properties"]}
    assert fields == wanted


def shape(schema: Any) -> set[str]:
    """What kinds of values it lets through."""
    if "anyOf" in schema:
        return {each for one in schema["anyOf"] for each in shape(one)}
    if "enum" in schema:
        return {"string"}
    if "$ref" in schema:
        return {"object"}
    form = schema.get("format")
    return (
        {form if form in ("decimal", "uuid", "date-time") else schema["type"]}
        if "type" in schema
        else {"any"}
    )


@pytest.mark.parametrize(("schema", "struct"), STRUCTS.items())
def test_its_fields_are_of_the_documents_types(schema, struct):
    """Decimals, ids and times as what they are, null where there may be none; words of the hub are plain text."""
    ours = msgspec.json.schema_components([struct])[1][struct.__name__]["properties"]
    theirs = SCHEMAS[schema]["properties"]
    assert {name: shape(each) for name, each in ours.items()} == {
        n: shape(each) for n, each in theirs.items()
    }


def test_names():
    named = (
        SIGNALS,
        RISK,
        COPYING_ALERTS,
        approvals(ID),
        approvals(str(ID)),
        candles("XAUUSD"),
        quotes("XAUUSD"),
    )
    assert [str(each) for each in named] == [
        "signals",
        "risk",
        "copying_alerts",
        *[f"approvals:{ID}"] * 2,
        "candles:XAUUSD",
        "quotes:XAUUSD",
    ]


CANDLE = {name: "1.10" for name in ("open", "high", "low", "close", "volume")}


def bar(encoding: str, **changed: object) -> Event:
    """A closed candle as it comes over the wire."""
    data = {**CANDLE, "time": "2026-01-01T00:00:00Z", "symbol": "XAUUSD", "timeframe": "H1", **changed}
    wire = WIRES[encoding]  # type: ignore[index]
    sent = {"op": "event", "topic": "candles:XAUUSD", "offset": 1, "type": "candle.closed", "at": "t"}
    decoded = wire.decode(wire.encode({**sent, "data": data}))
    assert isinstance(decoded, Event)
    return decoded


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_an_event_is_read_into_its_type(encoding):
    topic, event = candles("XAUUSD"), bar(encoding, mood="calm")
    assert topic.has(event)
    read = topic.read(event)
    assert (read.close, read.time, read.symbol) == (
        Decimal("1.10"),
        datetime(2026, 1, 1, tzinfo=UTC),
        "XAUUSD",
    )


def test_events_of_others_and_of_the_future_are_told_apart():
    event = bar("json")
    assert not candles("EURUSD").has(event)
    assert not candles("XAUUSD").has(msgspec.structs.replace(event, type="candle.corrected"))


def test_data_of_another_shape_is_refused():
    with pytest.raises(msgspec.ValidationError):
        candles("XAUUSD").read(bar("json", close="much"))
    with pytest.raises(msgspec.ValidationError):
        Topic("candles:XAUUSD", ("candle.closed",), events.Signal).read(bar("json"))
