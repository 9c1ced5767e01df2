"""The engine's state as bytes: a line of JSON, then the columns as little-endian numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

import numpy as np

from strategies.fib_rsi.build import SIDES, Columns
from strategies.fib_rsi.params import FibRsiParams
from strategies.fib_rsi.scan import Integers
from strategies.fib_rsi.setup import Side
from strategies.kernels.types import Floats

FORMAT = "fib-rsi/1"
PARAMS = tuple(field.name for field in fields(FibRsiParams))


@dataclass(frozen=True, slots=True)
class State:
    """What a snapshot holds; `columns` are the newest rows, at most a window of them."""

    symbol: str
    params: FibRsiParams
    seen: int
    pending: dict[Side, list[tuple[str, str]]]
    active: Integers
    rsi: Floats
    columns: Columns


def pack(state: State) -> bytes:
    """`state` as bytes that `unpack` reads on any machine."""
    arrays = [state.active, state.rsi, *state.columns]
    header = {
        "format": FORMAT,
        "symbol": state.symbol,
        "params": {name: getattr(state.params, name) for name in PARAMS},
        "seen": state.seen,
        "pending": state.pending,
        "sizes": [array.size for array in arrays],
    }
    body = b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)
    return json.dumps(header, separators=(",", ":")).encode() + b"\n" + body


def unpack(data: bytes) -> State:
    """The state in `data`. Raises ValueError when it is of another format or cut short."""
    line, _, body = data.partition(b"\n")
    header = json.loads(line)
    if header.get("format") != FORMAT or len(body) != 8 * sum(header["sizes"]):
        raise ValueError(f"not a whole {FORMAT} snapshot")
    kinds = ("<i8", "<f8", "<i8", "<f8", "<f8", "<f8", "<f8")
    arrays, offset = [], 0
    for kind, size in zip(kinds, header["sizes"], strict=True):
        arrays.append(np.frombuffer(body, kind, size, offset).astype(kind.replace("<", "=")))
        offset += 8 * size
    return State(
        symbol=header["symbol"],
        params=FibRsiParams(**header["params"]),
        seen=header["seen"],
        pending={side: [(order[0], order[1]) for order in header["pending"][side]] for side in SIDES},
        active=arrays[0],
        rsi=arrays[1],
        columns=Columns(*arrays[2:]),
    )
