"""The Expert Advisor: fetches what its owner approved, executes it once, and tells the hub what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

import structlog
from caerus_client.device import DeviceClient
from caerus_client.ledger import Ledger
from caerus_client.models import (
    Ack,
    AckStatus,
    CancelCommand,
    CloseCommand,
    CloseReason,
    Command,
    OpenCommand,
)
from caerus_client.times import rfc3339

from strategies.candles import Bar
from strategies.orders import Order
from strategies.sizing import lots
from workers.simulator.bounds import broken_bound, ends_at, other_account, working_price
from workers.simulator.terminal import BrokerRefusal, Quote, Terminal
from workers.simulator.trades import Trade
from workers.simulator.witness import Identity, Witness

log = structlog.get_logger("caerus.ea")


class Ea:
    """One EA on one terminal. `risk` is the fraction of the balance it risks where the hub gives no volume.

    With `account` it shows the hub how that account stands, after every step.

    The command's id is the order's comment, so after a crash the terminal can be asked whether the
    order was placed. What cannot be proven is acknowledged as unknown, and nothing is sent again.
    """

    def __init__(
        self,
        terminal: Terminal,
        client: DeviceClient,
        ledger: Ledger,
        *,
        risk: float = 0.02,
        account: Identity | None = None,
    ) -> None:
        self.terminal = terminal
        self.client = client
        self.ledger = ledger
        self.risk = risk
        self.account = account
        self._witness = None if account is None else Witness(terminal, client, account)
        # an EA that died may have left events of its terminal untold
        self._behind = True

    async def pump(self, bar: Bar | None = None) -> int:
        """One lockstep turn: move the market by `bar`, tell the hub what happened, poll once, execute, tell again.

        Returns how many commands the hub listed. Raises ApiProblem or Unreachable, and may be called again.
        """
        if bar is not None:
            self.on_bar(bar)
        self.reconcile()
        listed = await self.client.step(self, self.ledger)
        await self.tell()
        return listed

    async def tell(self) -> bool:
        """Show the hub how the account stands, if this EA was told which it is; whether the hub has it."""
        return self._witness is not None and await self._witness.tell()

    def on_bar(self, bar: Bar) -> None:
        """Move the market by one closed bar; acknowledgements that follow from it are put in the ledger."""
        if self.terminal.on_bar(bar) or self._behind:
            self._behind = False
            self.reconcile()
            self.client.owe()

    def reconcile(self) -> None:
        """Owe the hub whatever the terminal knows and the ledger does not: fills, closes, orders thought unknown."""
        for begun in self.ledger.in_state("unknown"):
            for trade in self.terminal.find(begun.id)[:1]:
                self.ledger.record(self._placed(begun.id, trade))
        for begun in self.ledger.in_state("placed"):
            told = self.ledger.acks(begun.id)
            for trade in self.terminal.find(begun.id)[:1]:
                for ack in self._news(begun.id, trade, told):
                    self.ledger.record(ack)

    async def execute(self, command: Command) -> Ack:
        """Carry out a command that was never begun."""
        if isinstance(command, CloseCommand):
            return self._close(command)
        return self._cancel(command) if isinstance(command, CancelCommand) else self._open(command)

    async def recover(self, command: Command, begun: datetime) -> Ack:
        """What became of a command that was begun then, when the EA died.

        An order the terminal has was placed; one it would have, but has not, was not, and is executed
        now, its bounds checked anew; anything else is unknown.
        """
        if isinstance(command, CloseCommand | CancelCommand):
            return await self.execute(command)
        if found := self.terminal.find(command.command_id):
            return self._placed(command.command_id, found[0])
        if self.terminal.knows_all_since(begun):
            return self._open(command)
        return self._ack(
            command, "unknown", error="interrupted, and the terminal's history does not reach back"
        )

    def _open(self, command: OpenCommand) -> Ack:
        quote, symbol = self.terminal.quote, self.terminal.symbol
        here = ("", "") if self.account is None else (self.account.server, self.account.login)
        if other := other_account(command, *here):
            return self._ack(command, "refused", error=other)
        if command.instrument != symbol.name:
            return self._ack(command, "failed", error=f"{command.instrument} is not traded here")
        if quote is None:
            return self._ack(command, "failed", error="the terminal has no quotes")
        if broken := broken_bound(command, quote, symbol, self.client.clock()):
            return self._ack(command, "refused", error=broken)
        try:
            ticket = self.terminal.place(self._order(command, quote), comment=command.command_id)
        except (BrokerRefusal, ValueError) as wrong:
            return self._ack(command, "failed", error=str(wrong))
        self._behind = True  # it is in the ledger only after this, and the market may move first
        return self._ack(command, "placed", broker_ticket=str(ticket))

    def _order(self, command: OpenCommand, quote: Quote) -> Order:
        entry, stop, target = (_number(price) for price in (command.entry, command.stop, command.target))
        symbol = self.terminal.symbol
        volume = (
            lots(self.terminal.balance, entry, stop, symbol, self.risk)
            if command.volume is None
            else _number(command.volume)
        )
        price = working_price(command, quote, symbol)
        passed = command.order_type == "stop" and price != entry
        return Order(
            id=command.command_id,
            symbol=symbol.name,
            side=command.side,
            order_type="market" if passed else command.order_type,
            entry=price,
            stop=stop,
            target=target,
            volume=volume,
            expires=self.terminal.clock + _time_to_live(command),
        )

    def _cancel(self, command: CancelCommand) -> Ack:
        found = self.terminal.find(command.opens)
        if not found:
            return self._ack(command, "refused", error="there is no such order")
        for trade in found:
            if trade.state == "pending":
                self.terminal.cancel(trade.ticket)
        trade = self.terminal.find(command.opens)[0]
        if trade.state != "cancelled":
            return self._ack(command, "refused", error=f"the order is {trade.state} already")
        return self._ack(command, "closed", close_reason="cancelled", broker_ticket=str(trade.ticket))

    def _close(self, command: CloseCommand) -> Ack:
        """Safe to repeat: a ticket is closed once, and one that is closed already is what was wanted."""
        self.terminal.close_position(int(command.ticket), by_expert=True)
        trade = self.terminal.trade(int(command.ticket))
        if trade is None or trade.state == "pending":
            return self._ack(command, "refused", error="there is no such position")
        if trade.state == "open":
            return self._ack(command, "failed", error="the terminal has no quotes")
        price = {} if trade.close_price is None else {"close_price": self._price(trade.close_price)}
        return self._ack(command, "closed", broker_ticket=command.ticket, close_reason="manual", **price)

    def _placed(self, command_id: str, trade: Trade) -> Ack:
        return self._ack(command_id, "placed", broker_ticket=str(trade.ticket))

    def _news(self, command_id: str, trade: Trade, told: list[Ack]) -> Iterator[Ack]:
        ticket, fill = str(trade.ticket), {}
        if trade.fill_price is not None and trade.fill_volume is not None:
            fill = {"fill_price": self._price(trade.fill_price), "fill_volume": _volume(trade.fill_volume)}
            if not any(ack.fill_price for ack in told):
                yield self._ack(command_id, "placed", broker_ticket=ticket, **fill)
        if trade.state in ("closed", "cancelled", "expired") and not any(
            ack.status == "closed" for ack in told
        ):
            ended = {} if trade.close_price is None else {"close_price": self._price(trade.close_price)}
            reason: CloseReason = trade.close_reason  # type: ignore[assignment]
            yield self._ack(command_id, "closed", broker_ticket=ticket, close_reason=reason, **fill, **ended)

    def _ack(self, command: Command | str, status: AckStatus, **more: str | CloseReason | None) -> Ack:
        command_id = command if isinstance(command, str) else command.command_id
        log.info("ack", command=command_id, status=status, **more)
        return Ack(command_id=command_id, status=status, at=rfc3339(self.client.clock()), **more)  # type: ignore[arg-type]

    def _price(self, price: float) -> str:
        return self.terminal.symbol.text(price)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"not a number: {text}")
    return number


def _time_to_live(command: OpenCommand) -> int:
    """Seconds the order may wait: the terminal may live in another time than the hub, so only the length counts."""
    return max(int((ends_at(command) - datetime.fromisoformat(command.issued_at)).total_seconds()), 0)


def _volume(lots_: float) -> str:
    return f"{lots_:.2f}"
