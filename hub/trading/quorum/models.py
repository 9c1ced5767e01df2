"""Approval by k of n: an organisation's policy, whose trading it is of, and what approvers said."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.core.paging import Limit
from hub.trading.commands.models import Bounds

Decision = Literal["approved", "rejected"]
Outcome = Literal["open", "approved", "rejected"]


class PolicyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`needed` of these approvers, who are members of the organisation, must approve."""

    needed: Annotated[int, Meta(ge=1, le=20)]
    approvers: Annotated[list[UUID], Meta(min_length=1, max_length=20)]


class Policy(Struct, frozen=True):
    """An organisation's policy. `traders`: whose trading it decides."""

    organisation_id: UUID
    version: int
    needed: int
    approvers: list[UUID]
    traders: list[UUID]
    set_by: UUID
    set_at: datetime
    ended_at: datetime | None


class VoteIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What an approver says of a signal for a trader, once."""

    signal_id: UUID
    trader_id: UUID
    decision: Decision
    consent_version: Annotated[str, Meta(min_length=1, max_length=32)]
    bounds: Bounds = Bounds()


class Tally(Struct, frozen=True):
    """How a signal stands for a trader. `approved`: the approvers whose approval counts now."""

    organisation_id: UUID
    signal_id: UUID
    trader_id: UUID
    outcome: Outcome
    approved: list[UUID]
    rejected: list[UUID]
    needed: int
    of: int
    approval_id: UUID | None = None


class Vote(Struct, frozen=True):
    """What an approver said."""

    id: UUID
    signal_id: UUID
    trader_id: UUID
    approver_id: UUID
    decision: Decision
    bounds: Bounds
    created_at: datetime


class VoteQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Newest first; of one signal, or of all."""

    signal_id: UUID | None = None
    limit: Limit = 50
    cursor: UUID | None = None


class PolicyRow(Struct, frozen=True):
    """A policy as it is stored."""

    organisation_id: UUID
    version: int
    needed: int
    approvers: list[UUID]
    set_by: UUID
    set_at: datetime
    ended_at: datetime | None

    def shown(self, traders: list[UUID]) -> Policy:
        return Policy(
            self.organisation_id,
            self.version,
            self.needed,
            self.approvers,
            traders,
            self.set_by,
            self.set_at,
            self.ended_at,
        )


class VoteRow(Struct, frozen=True):
    """A vote as it is stored."""

    id: UUID
    signal_id: UUID
    trader_id: UUID
    approver_id: UUID
    decision: Decision
    valid_until: datetime | None
    max_drift_points: int | None
    max_spread_points: int | None
    created_at: datetime

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.valid_until, self.max_drift_points, self.max_spread_points)

    def shown(self) -> Vote:
        return Vote(
            self.id,
            self.signal_id,
            self.trader_id,
            self.approver_id,
            self.decision,
            self.bounds,
            self.created_at,
        )


class Trader(Struct, frozen=True):
    """Whose trading an organisation decides."""

    organisation_id: UUID
    user_id: UUID


class Version(Struct, frozen=True):
    version: int
