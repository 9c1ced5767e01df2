"""Three accounts of one trade, compared."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ids import uuid7
from hub.trading.reconciliation import rules
from hub.trading.reconciliation.models import Account, Deal, Intent, Position, Result

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCOUNT = Account(uuid7(), uuid7(), 7, NOW)
INTENT = Intent(
    ACCOUNT.id, uuid7(), uuid7(), uuid7(), "GOLD", "buy", "limit", Decimal("1900"), NOW + 60 * MINUTE, "placed", "7",
    Decimal("1900"), Decimal("0.3"), NOW - 5 * MINUTE,
)  # fmt: skip
POSITION = Position(
    ACCOUNT.id, "7", "GOLD", "buy", Decimal("0.3"), Decimal("1900"), INTENT.command_id, NOW - 5 * MINUTE, None
)
IN = Deal(
    ACCOUNT.id, "d1", "7", "in", "buy", "GOLD", Decimal("0.3"), Decimal("1900"), "expert", "", NOW - 5 * MINUTE
)  # fmt: skip
change = msgspec.structs.replace


def out(reason: str, price: str = "1910") -> Deal:
    return change(IN, deal="d2", direction="out", reason=reason, price=Decimal(price))


def compared(
    intent: Intent | None = INTENT,
    position: Position | None = POSITION,
    deals: tuple[Deal, ...] = (IN,),
    account: Account = ACCOUNT,
) -> Result:
    return rules.compare(account, [intent] if intent else [], [position] if position else [], deals)


def found(*args: Any, **more: Any) -> list[str]:
    return [finding.divergence for finding in compared(*args, **more).findings]


CLOSED = change(POSITION, closed_at=NOW)


@pytest.mark.parametrize(
    ("case", "divergences"),
    [
        ({}, ["none"]),
        ({"deals": ()}, ["none"]),
        ({"deals": (change(IN, price=Decimal("1900.4")),)}, ["slippage"]),
        ({"deals": (change(IN, price=Decimal("1899.6")),)}, ["none"]),
        ({"position": change(POSITION, side="sell")}, ["side"]),
        ({"intent": change(INTENT, fill_volume=Decimal("0.2"))}, ["volume", "none"]),
        ({"position": CLOSED, "deals": (IN, out("sl"))}, ["none", "broker_close"]),
        ({"position": CLOSED, "deals": (IN, out("expert"))}, ["none", "broker_close"]),
        ({"position": CLOSED, "deals": (IN, out("mobile"))}, ["none", "hand_closed"]),
        ({"position": CLOSED, "deals": (IN, out("client"))}, ["none", "hand_closed"]),
        ({"intent": None, "position": change(POSITION, command_id=None)}, ["manual_trade"]),
        ({"position": None, "deals": ()}, ["missing_position"]),
        ({"position": None, "deals": (), "intent": change(INTENT, fill_price=None)}, []),
        ({"position": None, "deals": (), "intent": change(INTENT, updated_at=NOW)}, []),
        ({"position": None, "deals": (), "intent": change(INTENT, booked=True)}, []),
        ({"position": None, "deals": (), "intent": change(INTENT, here=False)}, []),
        ({"position": None, "deals": (IN,)}, ["missing_position"]),
        ({"position": None, "deals": (IN, out("sl"))}, ["none", "broker_close"]),
        ({"intent": change(INTENT, status="failed")}, ["status", "none"]),
        ({"intent": change(INTENT, status="refused")}, ["status", "none"]),
        ({"intent": change(INTENT, status="failed", supposed=True)}, ["unknown_placed", "none"]),
        ({"intent": change(INTENT, status="closed")}, ["status", "none"]),
        ({"intent": change(INTENT, status="closed", updated_at=NOW)}, ["none"]),
        (
            {"intent": change(INTENT, status="closed"), "position": CLOSED, "deals": (IN, out("sl"))},
            ["none", "broker_close"],
        ),
    ],
)
def test_what_is_found(case: dict[str, Any], divergences: list[str]) -> None:
    assert found(**case) == divergences


def test_fills_in_parts_are_one_position() -> None:
    parts = tuple(
        change(IN, deal=f"d{n}", volume=Decimal("0.1"), price=Decimal(price))
        for n, price in enumerate(("1900", "1901", "1902"))
    )
    result = compared(deals=parts)
    assert [each.divergence for each in result.findings] == ["partial_fill", "slippage"]
    assert result.findings[0].detail == {"fills": 3, "volume": "0.3", "price": "1901"}
    assert result.findings[1].detail["slippage"] == "1"


UNKNOWN = change(INTENT, status="unknown", ticket=None, fill_price=None, fill_volume=None)


def test_an_unknown_order_that_the_broker_has_was_placed() -> None:
    [proof] = compared(UNKNOWN).proofs
    assert (proof.placed, proof.ticket, proof.price, proof.volume) == (
        True,
        "7",
        Decimal(1900),
        Decimal("0.3"),
    )


@pytest.mark.parametrize(
    ("order_type", "said_before", "expires_in", "proven"),
    [
        ("market", 5, 60, True),
        ("market", 0.9, 60, False),
        ("limit", 5, 60, False),
        ("limit", 5, -5, True),
        ("stop", 5, -0.9, False),
    ],
)
def test_absence_is_proven_only_where_it_would_show(
    order_type: str, said_before: float, expires_in: float, proven: bool
) -> None:
    intent = change(
        UNKNOWN,
        order_type=order_type,
        updated_at=NOW - said_before * MINUTE,
        expires_at=NOW + expires_in * MINUTE,
    )
    once = compared(intent, None, ())
    assert [each.divergence for each in once.findings] == (["unseen"] if proven else []) and once.proofs == []
    at_once = compared(change(intent, unseen_at=NOW - rules.AGAIN), None, ())
    assert at_once.proofs == []
    again = compared(change(intent, unseen_at=NOW - rules.AGAIN - MINUTE / 60), None, ())
    assert [proof.placed for proof in again.proofs] == ([False] if proven else [])


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(100_000, 200_000)), min_size=1, max_size=6),
    st.randoms(),
)
def test_the_same_books_give_the_same_findings_in_any_order(
    fills: list[tuple[int, int]], random: Any
) -> None:
    deals = [
        change(IN, deal=f"d{n}", volume=Decimal(volume) / 100, price=Decimal(price) / 100)
        for n, (volume, price) in enumerate(fills)
    ]
    first = compared(deals=tuple(deals))
    random.shuffle(deals)
    assert {each.fingerprint for each in compared(deals=tuple(deals)).findings} == {
        each.fingerprint for each in first.findings
    }
    volume, price = rules.consolidated(deals)
    assert volume == sum(deal.volume for deal in deals)
    assert min(deal.price for deal in deals) <= price <= max(deal.price for deal in deals)
