"""Quotas: how much of what a plan allows."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Plan = Literal["free", "pro", "enterprise"]
Period = Literal["day", "month", "standing"]
"""`standing`: how many there may be at one time."""

Key = Literal["approvals", "devices"]
"""Only what there is to use; a room that brings something to count adds its key."""


class Quota(Struct, frozen=True):
    """`limit` None is as much as one likes."""

    key: Key
    period: Period
    limit: int | None


class Usage(Struct, frozen=True):
    """A quota as its person sees it. `resets_at` is null for what stands until it is given back."""

    key: Key
    period: Period
    limit: int | None
    used: int
    remaining: int | None
    resets_at: datetime | None


class Usages(Struct, frozen=True):
    plan: Plan
    items: list[Usage]


class PlanIn(Struct, frozen=True, forbid_unknown_fields=True):
    plan: Plan


class PlanRow(Struct, frozen=True):
    plan: str


class Used(Struct, frozen=True):
    used: int


class UsedOf(Struct, frozen=True):
    key: str
    period_start: datetime
    used: int
