"""The MetaTrader5 package's functions and named tuples, over a simulated broker. Server time is `zone` ahead."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from workers.mt5.models import OrderRequest
from workers.mt5.simulated.listing import ticks_of

TerminalInfo = namedtuple("TerminalInfo", "connected trade_allowed tradeapi_disabled ping_last")
AccountInfo = namedtuple(
    "AccountInfo",
    "login trade_mode leverage limit_orders margin_so_mode trade_allowed trade_expert margin_mode"
    " currency_digits fifo_close balance credit profit equity margin margin_free margin_level server currency",
)
SymbolInfo = namedtuple(
    "SymbolInfo",
    "name visible digits point trade_contract_size volume_min volume_step volume_max trade_stops_level"
    " trade_freeze_level filling_mode trade_mode currency_profit trade_tick_size trade_tick_value"
    " expiration_mode",
)
Tick = namedtuple("Tick", "time bid ask last volume time_msc flags volume_real")
TradePosition = namedtuple(
    "TradePosition",
    "ticket time time_msc time_update time_update_msc type magic identifier reason volume price_open sl tp"
    " price_current swap profit symbol comment external_id",
)
TradeOrder = namedtuple(
    "TradeOrder",
    "ticket time_setup time_setup_msc time_done time_done_msc time_expiration type type_time type_filling"
    " state magic position_id position_by_id reason volume_initial volume_current price_open sl tp"
    " price_current price_stoplimit symbol comment external_id",
)
TradeDeal = namedtuple(
    "TradeDeal",
    "ticket order time time_msc type entry magic position_id reason volume price commission swap profit fee"
    " symbol comment external_id",
)
OrderSendResult = namedtuple(
    "OrderSendResult",
    "retcode deal order volume price bid ask comment request_id retcode_external request",
)
_PRICES = [(name, "<f8") for name in ("open", "high", "low", "close")]
RATES = np.dtype(
    [("time", "<i8"), *_PRICES, ("tick_volume", "<u8"), ("spread", "<i4"), ("real_volume", "<u8")]
)
_TOUCH = [(name, "<f8") for name in ("bid", "ask", "last")]
TICKS = np.dtype(
    [
        ("time", "<i8"),
        *_TOUCH,
        ("volume", "<u8"),
        ("time_msc", "<i8"),
        ("flags", "<u4"),
        ("volume_real", "<f8"),
    ]
)
STATES = {"started": 0, "placed": 1, "cancelled": 2, "partial": 3, "filled": 4, "rejected": 5, "expired": 6}
KINDS = {"market": 0, "limit": 2, "stop": 4}
REASONS = {"client": 0, "expert": 3, "stop_loss": 4, "take_profit": 5, "stop_out": 6, "other": 8}
OK, NO_IPC = (1, "Success"), (-10004, "No IPC connection")


class FakeMetaTrader5:
    TIMEFRAME_M1 = 1
    TIMEFRAME_H1 = 16385
    COPY_TICKS_INFO = 1

    def __init__(self, broker, clock, *, password="secret", zone=timedelta(hours=2)):
        self.broker, self.clock, self.password, self.zone = broker, clock, password, zone
        self.error, self.up, self.hidden, self.requests, self.paths = OK, False, set(), [], []
        self.away, self.equity, self.silent = False, None, False

    def initialize(self, path=None, *, login=0, password="", server="", timeout=60_000, portable=False):
        self.paths.append(path)
        if self.away:
            return self._fail((-10003, "IPC initialize failed"), False)
        if password != self.password:
            return self._fail((-6, "Terminal: Authorization failed"), False)
        self.up = True
        return True

    def shutdown(self):
        self.up = False

    def last_error(self):
        return self.error

    def terminal_info(self):
        return self._if_up(lambda: TerminalInfo(True, True, False, 21_000))

    def account_info(self):
        return self._if_up(lambda: self._account(self.broker.account()))

    def symbol_info(self, symbol):
        listing = self.broker.listings.get(symbol)
        return self._if_up(lambda: self._symbol(listing.info)) if listing else self._fail((-4, "Not found"))

    def symbol_select(self, symbol, enable=True):
        self.hidden.discard(symbol)
        return True

    def symbol_info_tick(self, symbol):
        return self._if_up(lambda: self._newest(self.broker.listings[symbol].quote))

    def _newest(self, quote):
        seconds = self._server(quote.at)
        return Tick(int(seconds), float(quote.bid), float(quote.ask), 0.0, 0, int(seconds * 1000), 6, 0.0)

    def copy_rates_from_pos(self, symbol, timeframe, start_pos, count):
        bars = self.broker.listings[symbol].bars[-count:]
        zone = int(self.zone.total_seconds())
        return np.array([(bar.time + zone, *bar[1:5], int(bar.volume), 20, 0) for bar in bars], RATES)

    def copy_ticks_range(self, symbol, date_from, date_to, flags):
        """By whole seconds, the last one included."""
        assert (date_from.tzinfo, date_to.tzinfo, flags) == (UTC, UTC, self.COPY_TICKS_INFO)
        listing = self.broker.listings[symbol]
        ticks = [tick for bar in listing.bars for tick in ticks_of(bar, listing, self.zone)]
        since, until = int(date_from.timestamp()), int(date_to.timestamp())
        rows = [self._tick(each) for each in ticks if since <= each.at.timestamp() <= until]
        return self._if_up(lambda: np.array(rows, TICKS))

    def _tick(self, each):
        seconds = each.at.timestamp()
        return (int(seconds), float(each.bid), float(each.ask), 0.0, 0, round(seconds * 1000), 6, 0.0)

    def positions_get(self, *, symbol=None, ticket=None):
        found = [each for each in self.broker.positions() if ticket in (None, each.ticket)]
        return self._if_up(lambda: tuple(self._position(each) for each in found))

    def orders_get(self, *, symbol=None, ticket=None):
        return self._if_up(lambda: tuple(self._order(each) for each in self.broker.orders()))

    def history_orders_get(self, date_from, date_to):
        assert date_from.tzinfo is UTC
        found = [each for each in self.broker.past if self._within(each.at, date_from, date_to)]
        return self._if_up(lambda: tuple(self._order(each) for each in found))

    def history_deals_get(self, date_from, date_to):
        found = [each for each in self.broker.books.deals if self._within(each.at, date_from, date_to)]
        return self._if_up(lambda: tuple(self._deal(each) for each in found))

    def order_send(self, request):
        if not self.up:
            return self._fail(NO_IPC)
        if len(request["comment"]) > 31:
            return self._fail((-2, 'Invalid "comment" argument'))
        self.requests.append(request)
        result = self.broker.submit(self._asked(request), self.clock.now())
        if self.silent:
            return self._fail((-10005, "IPC timeout"))
        return self._answer(result, request)

    def _answer(self, result, request):
        price = float(result.price or 0)
        numbers = (int(result.retcode), result.deal, result.order, float(result.volume), price)
        return OrderSendResult(*numbers, 0.0, 0.0, "Request executed", 1, 0, request)

    def _asked(self, request):
        symbol = request["symbol"]
        actions = {1: "close" if request.get("position") else "market", 5: "pending"}
        actions |= {6: "modify_position", 7: "modify_order", 8: "cancel"}
        kind = request.get("type", 0)
        number = {name: self._number(request.get(name), symbol) for name in ("price", "sl", "tp")}
        return OrderRequest(
            actions[request["action"]],
            symbol,
            "sell" if kind % 2 else "buy",
            ("market", "limit", "stop")[kind // 2],
            volume=Decimal(repr(request["volume"])) if "volume" in request else None,
            price=number["price"],
            stop=number["sl"],
            target=number["tp"],
            deviation=request.get("deviation", 0),
            filling=("fok", "ioc", "return")[request.get("type_filling", 2)],
            position=request.get("position", 0),
            order=request.get("order", 0),
            magic=request["magic"],
            comment=request["comment"],
            expires_at=self._utc(request["expiration"]) if "expiration" in request else None,
        )

    def _utc(self, seconds):
        return datetime.fromtimestamp(seconds, UTC) - self.zone

    def _number(self, value, symbol):
        return self.broker.listings[symbol].price(value) if value else None

    def _if_up(self, made):
        self.error = OK
        return made() if self.up else self._fail(NO_IPC)

    def _fail(self, error, answer=None):
        self.error = error
        return answer

    def _server(self, at):
        return (at + self.zone).timestamp()

    def _within(self, at, since, until):
        return since.timestamp() <= self._server(at) <= until.timestamp()

    def _account(self, found):
        money = [each / 100 for each in (found.profit, found.equity, found.margin, found.free_margin)]
        money[1] = self.equity if self.equity is not None else money[1]
        mode = 2 if found.mode == "hedging" else 0
        head = (found.login, 0, found.leverage, 0, 0, True, True, mode, 2, False)
        return AccountInfo(*head, found.balance / 100, 0.0, *money, 0.0, found.server, "USD")

    def _symbol(self, info):
        volumes = (float(each) for each in (info.volume_min, info.volume_step, info.volume_max))
        head = (info.name, info.name not in self.hidden, info.digits, float(info.point))
        levels = (info.stops_level, info.freeze_level, int(info.fillings), 4, info.profit_currency)
        tick = (float(info.tick_size), float(info.tick_value), 15 if info.takes_expiry else 3)
        return SymbolInfo(*head, float(info.contract_size), *volumes, *levels, *tick)

    def _position(self, each):
        at = self._server(each.opened_at)
        kind = 0 if each.side == "buy" else 1
        prices = (float(each.open_price), float(each.stop or 0), float(each.target or 0), float(each.price))
        times = (int(at), int(at * 1000), int(at), int(at * 1000))
        head = (each.ticket, *times, kind, each.magic, each.ticket, 3, float(each.volume))
        return TradePosition(
            *head, *prices, each.swap / 100, each.profit / 100, each.symbol, each.comment, ""
        )

    def _order(self, each):
        at = self._server(each.at)
        kind = KINDS[each.kind] + (each.side == "sell")
        times = (int(at), int(at * 1000), 0, 0, 0)
        head = (each.ticket, *times, kind, 0, 2, STATES[each.state], each.magic, each.position, 0, 3)
        levels = (float(each.stop or 0), float(each.target or 0), 0.0, 0.0)
        volumes = (float(each.volume), float(each.left), float(each.price))
        return TradeOrder(*head, *volumes, *levels, each.symbol, each.comment, "")

    def _deal(self, each):
        at = self._server(each.at)
        kind = 2 if each.side is None else int(each.side == "sell")
        entry = {"in": 0, "out": 1, "inout": 2, "none": 0}[each.direction]
        head = (each.ticket, each.order, int(at), int(at * 1000), kind, entry, each.magic, each.position)
        money = (each.commission / 100, each.swap / 100, each.profit / 100, 0.0)
        tail = (each.symbol, each.comment, "")
        return TradeDeal(*head, REASONS[each.reason], float(each.volume), float(each.price), *money, *tail)
