"""The SDK's snapshot structs are those of the hub's API document, and a hub of before quotes takes one without."""

import json
from pathlib import Path

import msgspec
import pytest
from caerus_client import snapshots
from caerus_client.snapshots import Snapshot, SnapshotQuote

DOCUMENT = Path(__file__).parents[2] / "clients" / "packages" / "api" / "openapi.json"
SCHEMAS = json.loads(DOCUMENT.read_text())["components"]["schemas"]
STRUCTS = {
    "Look": snapshots.Snapshot,
    "PositionIn": snapshots.SnapshotPosition,
    "OrderIn": snapshots.SnapshotOrder,
    "DealIn": snapshots.SnapshotDeal,
    "QuoteIn": snapshots.SnapshotQuote,
}


@pytest.mark.parametrize(("schema", "struct"), STRUCTS.items())
def test_a_struct_has_the_fields_of_the_documents_schema(schema, struct):
    assert {each.encode_name for each in msgspec.structs.fields(struct)} == set(SCHEMAS[schema]["properties"])


def snapshot(**more):
    money = dict.fromkeys(("balance", "equity", "margin", "free_margin"), "1.00")
    about = {"seq": 1, "time": "2026-01-01T00:00:00Z", "server": "s", "login": "1", "currency": "USD"}
    return json.loads(msgspec.json.encode(Snapshot(**about, **money, **more)))


def test_quotes_are_sent_when_there_are_any():
    assert "quotes" not in snapshot()
    given = {"symbol": "XAUUSD", "bid": "2000", "ask": "2000.2", "time": "2026-01-01T00:00:00Z"}
    assert snapshot(quotes=(SnapshotQuote(**given),))["quotes"] == [given]
