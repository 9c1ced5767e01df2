"""The trader's checkpoint: strategy and book as they stood after a bar."""

from __future__ import annotations

import msgspec

from strategies.fib_rsi import FibRsi
from strategies.fills import Book
from strategies.symbols import Symbol

FORMAT = "trader/1"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`name` says which trader wrote it: strategy, version and symbol."""

    format: str
    name: str
    engine: bytes
    book: bytes


def pack(name: str, engine: FibRsi, book: Book) -> bytes:
    """The checkpoint as bytes."""
    state = Checkpoint(format=FORMAT, name=name, engine=engine.snapshot(), book=book.snapshot())
    return msgspec.msgpack.encode(state)


def unpack(data: bytes, name: str, symbol: Symbol) -> tuple[FibRsi, Book]:
    """Strategy and book of a checkpoint. Raises ValueError if it is damaged or another trader's."""
    try:
        state = msgspec.msgpack.decode(data, type=Checkpoint)
    except msgspec.MsgspecError as wrong:
        raise ValueError("the checkpoint is damaged") from wrong
    if (state.format, state.name) != (FORMAT, name):
        raise ValueError(f"the checkpoint is of {state.format} {state.name}, not of {FORMAT} {name}")
    return FibRsi.restore(state.engine, symbol), Book.restore(state.book)
