"""What an answer proves, and what records prove."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from workers.mt5.marks import mark_of, marked
from workers.mt5.models import Deal, Order, OrderRequest, OrderResult, Position
from workers.mt5.outcomes import Records, answered, proven
from workers.mt5.retcodes import Retcode
from workers.mt5.simulated.clock import START

D = Decimal
MARKET = OrderRequest("market", "GOLD.r", "buy", volume=D("0.10"))
PENDING = OrderRequest("pending", "GOLD.r", "buy", "limit", D("0.10"), D(1990))
SENT = marked(MARKET, "a", 2)
MARK = {"magic": SENT.magic, "comment": SENT.comment}
OTHER = {"magic": mark_of("b").magic, "comment": mark_of("b").comment}


def deal(ticket=1, volume="0.10", price="2000", **changes):
    made = Deal(ticket, 5, 5, "GOLD.r", "buy", "in", D(volume), D(price), 0, 0, 0, "expert", 0, "", START)
    return replace(made, **MARK | changes)


def order(state, left="0", **changes):
    made = Order(
        5, "GOLD.r", "buy", "market", state, D("0.10"), D(left), D(2000), None, None, 0, "", 0, START
    )
    return replace(made, **MARK | changes)


def position(**changes):
    made = Position(5, "GOLD.r", "buy", D("0.10"), D(2000), D(2000), D(1990), None, 0, 0, 0, "", START)
    return replace(made, **MARK | changes)


def records(*held):
    kinds = {Position: "positions", Deal: "deals", Order: "past"}
    found = {"positions": [], "orders": [], "past": [], "deals": []}
    for each in held:
        found[kinds[type(each)]].append(each)
    return Records(**found)


@pytest.mark.parametrize(
    ("code", "state", "again"),
    [
        (Retcode.DONE, "placed", False),
        (Retcode.DONE_PARTIAL, "placed", False),
        (Retcode.PLACED, "placed", False),
        (Retcode.REQUOTE, "refused", True),
        (Retcode.PRICE_OFF, "refused", True),
        (Retcode.NO_MONEY, "refused", False),
        (Retcode.INVALID_STOPS, "refused", False),
        (Retcode.TIMEOUT, "unknown", False),
        (Retcode.CONNECTION, "unknown", False),
        (Retcode.ERROR, "unknown", False),
        (0, "unknown", False),
        (12345, "unknown", False),
    ],
)
def test_an_answer(code, state, again):
    outcome = answered(OrderResult(code))
    assert (outcome.state, outcome.may_be_sent) == (state, again)


@pytest.mark.parametrize(
    ("request_", "held", "state", "volume"),
    [
        (MARKET, [], None, None),
        (MARKET, [deal(**OTHER), order("filled", **OTHER), position(**OTHER)], None, None),
        (MARKET, [deal()], "placed", "0.10"),
        (MARKET, [deal(1, "0.04"), deal(2, "0.06", "2010")], "placed", "0.10"),
        (MARKET, [deal(magic=0)], "placed", "0.10"),
        (MARKET, [deal(comment="renamed by the broker")], "placed", "0.10"),
        (MARKET, [deal(reason="stop_loss", comment="[sl 1990]")], None, None),
        (MARKET, [order("filled")], "placed", "0.10"),
        (MARKET, [order("cancelled", "0.06")], "placed", "0.04"),
        (MARKET, [order("cancelled", "0.10")], "refused", "0"),
        (MARKET, [order("rejected", "0.10")], "refused", "0"),
        (MARKET, [order("rejected", "0.10", comment=marked(MARKET, "a", 1).comment)], None, None),
        (MARKET, [order("rejected", "0.10"), deal()], "placed", "0.10"),
        (MARKET, [order("started", "0.10")], None, None),
        (MARKET, [position()], "placed", "0.10"),
        (PENDING, [order("cancelled", "0.10")], "placed", "0"),
        (PENDING, [order("expired", "0.10")], "placed", "0"),
        (OrderRequest("cancel", "GOLD.r", order=5), [order("cancelled", "0.10")], "placed", "0"),
        (OrderRequest("cancel", "GOLD.r", order=5), [order("filled")], None, None),
        (OrderRequest("modify_position", "GOLD.r", position=5, stop=D(1990)), [position()], "placed", "0"),
        (OrderRequest("modify_position", "GOLD.r", position=5, stop=D(1991)), [position()], None, None),
        (OrderRequest("modify_position", "GOLD.r", position=6, stop=D(1990)), [position()], None, None),
    ],
)
def test_records(request_, held, state, volume):
    outcome = proven(request_, mark_of("a"), 2, records(*held))
    assert (outcome and outcome.state) == state
    assert outcome is None or outcome.volume == D(volume)


def test_the_price_is_the_average_by_volume():
    outcome = proven(MARKET, mark_of("a"), 2, records(deal(1, "0.04"), deal(2, "0.06", "2010")))
    assert outcome and outcome.price == 2006
