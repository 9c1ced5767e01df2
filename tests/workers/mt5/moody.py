"""The MetaTrader5 package over a simulated terminal in a mood: it shows and does what that lets it."""

from datetime import timedelta

from tests.workers.mt5.metatrader5 import OK, FakeMetaTrader5, TerminalInfo
from workers.mt5.errors import MT5Disconnected, MT5InitError, UnknownSymbol
from workers.mt5.models import Credentials


class MoodyMetaTrader5(FakeMetaTrader5):
    """Contract terms it has at hand: they cost no call."""

    def __init__(self, driver, clock, *, zone=timedelta(hours=2)):
        super().__init__(driver.broker, clock, zone=zone)
        self.driver = driver

    def initialize(self, path=None, *, login=0, password="", server="", timeout=60_000, portable=False):
        try:
            self.driver.connect(Credentials(login, password, server))
        except MT5InitError as error:
            return self._fail((error.code, str(error)), False)
        return True

    def shutdown(self):
        self.driver.shutdown()

    def terminal_info(self):
        return self._shown(
            self.driver.terminal, lambda each: TerminalInfo(each.connected, True, False, 21_000)
        )

    def account_info(self):
        return self._shown(self.driver.account, self._account)

    def symbol_info(self, symbol):
        return self._shown(lambda: self._terms(symbol), self._symbol)

    def symbol_info_tick(self, symbol):
        return self._shown(lambda: self.driver.quote(symbol), self._newest)

    def positions_get(self, *, symbol=None, ticket=None):
        return self._listed(self.driver.positions, self._position, lambda each: ticket in (None, each.ticket))

    def orders_get(self, *, symbol=None, ticket=None):
        return self._listed(self.driver.orders, self._order, lambda each: True)

    def history_orders_get(self, date_from, date_to):
        found = lambda: self.driver.past_orders(date_from - self.zone)  # noqa: E731
        return self._listed(found, self._order, lambda each: self._within(each.at, date_from, date_to))

    def history_deals_get(self, date_from, date_to):
        found = lambda: self.driver.deals(date_from - self.zone)  # noqa: E731
        return self._listed(found, self._deal, lambda each: self._within(each.at, date_from, date_to))

    def order_send(self, request):
        self.requests.append(request)
        sent = lambda: self.driver.send(self._asked(request))  # noqa: E731
        return self._shown(sent, lambda result: self._answer(result, request))

    def _terms(self, symbol):
        self.driver._listed(symbol)
        return self.broker.listings[symbol].info

    def _listed(self, ask, made, kept):
        return self._shown(ask, lambda found: tuple(made(each) for each in found if kept(each)))

    def _shown(self, ask, made):
        self.error = OK
        try:
            return made(ask())
        except UnknownSymbol as error:
            return self._fail((-4, str(error)))
        except MT5Disconnected as error:
            return self._fail((error.code, str(error)))
