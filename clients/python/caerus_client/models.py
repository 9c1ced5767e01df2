"""What devices get and answer, as the hub writes it. Prices and volumes are decimal strings."""

from typing import Any, Literal

import msgspec

from caerus_client.sealing import Envelope

AckStatus = Literal["placed", "failed", "unknown", "closed", "refused"]
CloseReason = Literal["take_profit", "stop_loss", "expired", "cancelled", "manual"]


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What a person consented to. `valid_until` is RFC 3339; points are the broker's points."""

    valid_until: str | None = None
    max_drift_points: float | None = None
    max_spread_points: float | None = None


class AccountName(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its broker names it: servers are the same in any case of letters, logins as text."""

    server: str
    login: str


class OpenCommand(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="open"):
    """Place this order. `volume` None: the EA sizes on its own account. Times are RFC 3339 UTC.

    `accounts` are those that the order may be placed on; None or empty: whichever the terminal is on.
    """

    command_id: str
    signal_id: str
    approval_id: str
    instrument: str
    side: Literal["buy", "sell"]
    order_type: Literal["limit", "stop", "market"]
    entry: str
    stop: str
    target: str
    expires_at: str
    issued_at: str
    volume: str | None = None
    bounds: Bounds | None = None
    accounts: tuple[AccountName, ...] | None = None


class CancelCommand(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="cancel"):
    """Take back the pending order that command `opens` placed."""

    command_id: str
    signal_id: str
    approval_id: str
    opens: str
    reason: str = ""


class CloseCommand(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="close"):
    """Close the whole position `ticket` at the market. One that is gone already is closed: say so.

    `server`, `login` and `symbol` are None where the hub does not know them.
    """

    command_id: str
    server: str | None = None
    login: str | None = None
    ticket: str
    symbol: str | None = None
    issued_at: str
    reason: str = ""


Command = OpenCommand | CancelCommand | CloseCommand


class SealedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command as polled: its id and times in the clear, the rest sealed for this device."""

    id: str
    kind: str
    issued_at: str
    sealed: Envelope
    expires_at: str | None = None


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """Every command this device has not acknowledged, and the cursor to ask from next."""

    cursor: str | int | None
    commands: tuple[SealedCommand, ...] = ()


class Ack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a command. `at` is RFC 3339; prices and volume (lots) are decimal strings."""

    command_id: str
    status: AckStatus
    at: str
    broker_ticket: str | None = None
    fill_price: str | None = None
    fill_volume: str | None = None
    close_price: str | None = None
    close_reason: CloseReason | None = None
    error: str | None = None


Json = dict[str, Any]
