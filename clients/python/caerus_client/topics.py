"""The topics of the stream and what their events carry.

stream = Stream(url, token, {SIGNALS: None, executions(user_id): None})
...
if SIGNALS.has(event):
    signal = SIGNALS.read(event)

What is read is of `caerus_client.events` and, where it is about who may trade and decide, of `caerus_client.controls`.
"""

from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from caerus_client import controls, events
from caerus_client.frames import Event

Data = TypeVar("Data", covariant=True)


class Topic(msgspec.Struct, Generic[Data], frozen=True):
    """A topic's name, its types of events, and what they carry."""

    name: str
    types: tuple[str, ...]
    data: type[Data]

    def __str__(self) -> str:
        return self.name

    def has(self, event: Event) -> bool:
        """Whether this is an event of this topic and of a type we know; a newer hub may have more."""
        return event.topic == self.name and event.type in self.types

    def read(self, event: Event) -> Data:
        """The data of an event of this topic. Raises msgspec.ValidationError when it is something else."""
        return self.of(event.data)

    def of(self, data: Any) -> Data:
        """The same from plain data, as an item of a REST page has it. Raises msgspec.ValidationError."""
        return msgspec.convert(data, self.data)


class Kind(msgspec.Struct, Generic[Data], frozen=True):
    """Topics of one kind, one for each person or symbol: `executions(user_id)`, `candles("XAUUSD")`."""

    name: str
    types: tuple[str, ...]
    data: type[Data]

    def __call__(self, of: UUID | str) -> Topic[Data]:
        return Topic(f"{self.name}:{of}", self.types, self.data)


SIGNALS = Topic("signals", ("signal.created", "signal.cancelled", "signal.expired"), events.Signal)
RISK = Topic("risk", ("risk.kill_switch_on", "risk.kill_switch_off"), controls.KillSwitched)
"""The kill switch of everybody."""
COPYING_ALERTS = Topic("copying_alerts", ("copy.blocked", "copy.suspended"), controls.Copied)
"""Whose copying was stopped: for the owner."""

approvals = Kind("approvals", ("approval.decided",), events.Approval)
"""A person's own decisions, on whatever surface they were made."""
executions = Kind(
    "executions", ("execution.acknowledged", "execution.filled", "execution.closed"), events.Execution
)
"""What a person's own terminals did."""
accounts = Kind("accounts", ("account.verified", "account.lost"), events.Account)
devices = Kind("devices", ("device.silent", "device.heard"), events.Device)
"""Terminals that are not heard any more, and that are back."""
positions = Kind("positions", ("positions.changed",), events.PositionsChanged)
equity = Kind("equity", ("equity.changed",), events.Equity)
trades = Kind("trades", ("trade.opened", "trade.closed"), events.Trade)
closures = Kind("closures", ("closure.warned", "closure.stuck", "closure.closed"), events.ClosureStep)
"""Positions that must go: they are about to be closed, could not be yet, are closed."""
trading = Kind(
    "trading",
    (
        "trading.paused",
        "trading.resumed",
        "trading.size_changed",
        "risk.kill_switch_on",
        "risk.kill_switch_off",
    ),
    controls.TradingStatus,
)
"""Whether a person's trading runs."""
guards = Kind("guards", ("account.guarded",), controls.Guarded)
preflight = Kind(
    "preflight", ("preflight.issued", "preflight.lost", "preflight.warned"), controls.CertificateChanged
)
deputies = Kind("deputies", ("deputy.named", "deputy.revoked"), controls.Deputy)
"""Who may decide for a person, and for whom they may."""
votes = Kind("votes", ("approval.voted",), controls.Tally)
"""How a signal stands, for its approvers and its trader."""
policies = Kind(
    "policies", ("policy.set", "policy.joined", "policy.released", "policy.ended"), controls.Policy
)
copying = Kind(
    "copying",
    (
        "copy.enabled",
        "copy.disabled",
        "copy.tightened",
        "copy.placed",
        "copy.kept_out",
        "copy.blocked",
        "copy.suspended",
    ),
    controls.Copied,
)
"""What is done on a person's behalf, and what is not."""
candles = Kind("candles", ("candle.closed",), events.ClosedCandle)
"""Closed candles of a symbol."""
quotes = Kind("quotes", ("quote.changed",), events.Quote)
"""The newest quote of a symbol, once a second at most: what came between is not told."""

_ALL: tuple[Topic[Any] | Kind[Any], ...] = (
    *(SIGNALS, RISK, COPYING_ALERTS),
    *(approvals, executions, accounts, devices, positions, equity, trades, closures),
    *(trading, guards, preflight, deputies, votes, policies, copying, candles, quotes),
)
KINDS = {each.name: each for each in _ALL}
"""Every kind of topic there is, by the part of a name before the colon."""
