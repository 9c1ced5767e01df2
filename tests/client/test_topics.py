"""Typed topics: the structs are those of the hub's API document, and read what it sends."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from caerus_client import topics
from caerus_client.frames import WIRES, Event
from caerus_client.topics import SIGNALS, Topic, approvals, candles, executions, quotes

DOCUMENT = Path(__file__).parents[2] / "clients" / "packages" / "api" / "openapi.json"
SCHEMAS = json.loads(DOCUMENT.read_text())["components"]["schemas"]
ID = "01989f3e-7c00-7abc-8def-0123456789ab"
STRUCTS = {
    "Signal": topics.Signal,
    "Approval": topics.Approval,
    "Execution": topics.Execution,
    "ClosedCandle": topics.ClosedCandle,
    "Quote": topics.Quote,
    "Bounds": topics.PriceBounds,
}


@pytest.mark.parametrize(("schema", "struct"), STRUCTS.items())
def test_a_struct_has_the_fields_of_the_documents_schema(schema, struct):
    fields = {each.encode_name: each.required for each in msgspec.structs.fields(struct)}
    wanted = {name: name in SCHEMAS[schema]["required"] for name in SCHEMAS[schema]["properties"]}
    assert fields == wanted


@pytest.mark.parametrize(("schema", "struct"), STRUCTS.items())
def test_prices_are_decimals_and_ids_are_uuids(schema, struct):
    types = {each.encode_name: str(each.type) for each in msgspec.structs.fields(struct)}
    for name, written in SCHEMAS[schema]["properties"].items():
        formats = {each.get("format") for each in [written, *written.get("anyOf", [])]}
        assert ("decimal" in formats) == ("Decimal" in types[name]), name
        assert ("uuid" in formats) == ("UUID" in types[name]), name


def test_names_and_types():
    named = (SIGNALS, approvals(UUID(ID)), executions(ID), candles("XAUUSD"), quotes("XAUUSD"))
    assert [str(each) for each in named] == [
        "signals",
        f"approvals:{ID}",
        f"executions:{ID}",
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
        Topic("candles:XAUUSD", ("candle.closed",), topics.Signal).read(bar("json"))
