"""Accounts: what a person says is theirs, and what has proven it."""

from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from msgspec import Meta, Struct

State = Literal["pending", "verified", "unlinked"]
Proof = Literal["device", "tag", "terminal"]
Mode = Literal["netting", "hedging"]
Kind = Literal["demo", "real", "contest"]
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\s\x00](?:[^\x00-\x1f]*[^\s\x00])?$")]
Server = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
Login = Annotated[str, Meta(max_length=20, pattern=r"^[1-9][0-9]*$")]


class Described(Protocol):
    """Whatever a terminal sends that says which account it is on."""

    @property
    def server(self) -> str: ...
    @property
    def login(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def mode(self) -> Mode | None: ...
    @property
    def kind(self) -> Kind | None: ...


class LinkIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An account as its owner knows it. `server` and `login` are the broker's; a password is never asked for."""

    broker: Name
    server: Server
    login: Login
    name: Name


class Account(Struct, frozen=True):
    """A linked account. `device_id` is the terminal that speaks for it."""

    id: UUID
    broker: str
    server: str
    login: str
    name: str
    currency: str | None
    mode: Mode | None
    kind: Kind | None
    state: State
    is_primary: bool
    device_id: UUID | None
    proof: Proof | None
    created_at: datetime
    verified_at: datetime | None
    unlinked_at: datetime | None


class Held(Account, frozen=True):
    """An account with whose it is, and the tag that would prove it."""

    user_id: UUID
    tag_hash: bytes | None
    tag_expires_at: datetime | None

    def shown(self) -> Account:
        return Account(*(getattr(self, name) for name in Account.__struct_fields__))


class Linked(Struct, frozen=True):
    """The only time the tag is shown. It is the comment of any order on the account, until it expires."""

    account: Account
    tag: str
    tag_expires_at: datetime


class Accounts(Struct, frozen=True):
    items: list[Account]


class VerifyIn(Struct, frozen=True, forbid_unknown_fields=True):
    account_id: UUID
