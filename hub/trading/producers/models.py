"""Producers: the strategies that may post signals."""

from typing import Annotated

from msgspec import Meta, Struct

ProducerId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]


class Producer(Struct, frozen=True):
    """What verifying a signature needs."""

    id: str
    salt: bytes
    key_version: int
    kdf_id: str | None
    revoked: bool
