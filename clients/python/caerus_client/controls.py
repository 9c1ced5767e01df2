"""What the events carry that say who may trade and decide, within which limits, and who decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class Deputy(msgspec.Struct, frozen=True, kw_only=True):
    """`user_id` let `deputy_id` decide in their place. None: every strategy, every instrument, until revoked."""

    id: UUID
    organisation_id: UUID
    user_id: UUID
    deputy_id: UUID
    strategy: str | None
    instrument: str | None
    until: datetime | None
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: UUID | None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How a signal stands for a trader: `needed` of `of` approvers must approve."""

    organisation_id: UUID
    signal_id: UUID
    trader_id: UUID
    outcome: str
    approved: list[UUID]
    rejected: list[UUID]
    needed: int
    of: int
    approval_id: UUID | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's policy: `needed` of `approvers` decide for `traders`."""

    organisation_id: UUID
    version: int
    needed: int
    approvers: list[UUID]
    traders: list[UUID]
    set_by: UUID
    set_at: datetime
    ended_at: datetime | None


class CertificateChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate was issued or lost, or a demo account traded without one (`because` says why).

    `instruments`: the broker's symbol of each of ours.
    """

    account_id: UUID
    version: int | None
    instruments: dict[str, str]
    because: str | None
    valid_until: datetime | None


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Who stopped a person's trading, and when."""

    actor: str
    reason: str
    at: datetime


class KillSwitch(msgspec.Struct, frozen=True, kw_only=True):
    """A switch that is on. No user: everybody's."""

    user_id: UUID | None
    reason: str
    on_at: datetime


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much a trade takes: `bp` are basis points (10,000 is the whole) of what `mode` says."""

    mode: str
    bp: int


class TradingStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person's trading runs, and what stops it."""

    user_id: UUID
    running: bool
    pauses: list[Pause]
    kill_switches: list[KillSwitch]
    size: Size


class Guarded(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards say of an account, and the figures they said it from."""

    account_id: UUID
    outcome: str
    reason: str
    figures: dict[str, int | str]


class KillSwitched(msgspec.Struct, frozen=True, kw_only=True):
    """A switch that was turned. No user: everybody's."""

    user_id: UUID | None
    on: bool
    reason: str


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to somebody's copying."""

    user_id: UUID
    signal_id: UUID | None
    reason: str | None
    figures: dict[str, Any]
