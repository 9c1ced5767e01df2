"""`caerus <args>` with a clock that can be moved and, for a negative control, one protection removed.

CHAOS_BOARD is the board, CHAOS_CLOCK the slot of this process's clock, CHAOS_CONTROL a module of `controls`,
CHAOS_BUS_LENGTH how many entries the bus keeps.
"""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from hub.cli import app
from hub.core import bus
from tests.chaos import clocks
from tests.chaos.board import Board


def begin(offset: Callable[[Board], float] = lambda board: board[os.environ["CHAOS_CLOCK"]]) -> Board:
    """The board, with the clock tied to it and the control applied."""
    board = Board(Path(os.environ["CHAOS_BOARD"]))
    clocks.move(lambda: offset(board))
    bus._BUS_LENGTH = int(os.environ["CHAOS_BUS_LENGTH"])
    if control := os.environ.get("CHAOS_CONTROL"):
        import_module(f"tests.chaos.controls.{control}").apply()
    return board


if __name__ == "__main__":
    begin()
    app()
