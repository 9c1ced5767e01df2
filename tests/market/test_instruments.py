"""Instruments: the house's own table, as people are told of it."""

from decimal import Decimal

from strategies.symbols import SYMBOLS
from tests.hubs import RunningHub


async def test_every_instrument_is_told_as_the_house_counts_it(hub: RunningHub) -> None:
    answer = await hub.call("GET", "/api/v1/instruments", headers=(await hub.person()).bearer)
    assert answer.status == 200, answer.raw
    told = {each.pop("symbol"): each for each in answer.body["items"]}
    assert told["XAUUSD"] == {"digits": 2, "point": "0.01", "currency": "USD"}
    assert told["EURUSD"] == {"digits": 5, "point": "0.00001", "currency": "USD"}
    assert told.keys() == SYMBOLS.keys()
    for name, each in told.items():
        assert Decimal(each["point"]) == Decimal(str(SYMBOLS[name].point))
        assert (each["digits"], each["currency"]) == (SYMBOLS[name].digits, SYMBOLS[name].currency)
