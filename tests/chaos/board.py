"""What the suite tells its processes while they run: a few numbers in a file that all of them map."""

import mmap
import struct
from pathlib import Path
from typing import Self

SLOTS = ("hub1", "hub2", "relay", "writer", "stutter", "writing", "die", "progress", "idle")
DIE_STEPS = ("before the append", "before the commit", "before the wake")
_SIZE = 8


class Board:
    """Named numbers. `hub1` to `writer` are how far (s) the clock of that process is off; with `stutter` the
    writer's clock is stepped back and forth at each look. `die` is the step (from 1) at which the writer must
    end itself; `progress` counts its transactions, `idle` is 1 while it writes nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), len(SLOTS) * _SIZE)

    @classmethod
    def new(cls, path: Path) -> Self:
        path.write_bytes(bytes(len(SLOTS) * _SIZE))
        return cls(path)

    def __getitem__(self, name: str) -> float:
        value: float = struct.unpack_from("d", self._map, SLOTS.index(name) * _SIZE)[0]
        return value

    def __setitem__(self, name: str, value: float) -> None:
        struct.pack_into("d", self._map, SLOTS.index(name) * _SIZE, value)
