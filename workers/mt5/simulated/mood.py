"""How a simulated terminal and its broker behave. Chances are a call's, 0 to 1."""

from datetime import timedelta

from msgspec import Struct


class Mood(Struct, frozen=True):
    """`latency` (seconds, least and most) is of every call; `move_points` how far a price may run meanwhile.

    Of orders: `reject` (any of several codes), `requote`, `partial`, `no_answer` (taken, the answer is
    lost), `late` (taken up to `late_seconds` after the caller was told nothing), `lost` (never arrives).
    Of calls: `cut` (the terminal is gone), `offline` (the terminal is there, its broker is not: it shows
    what it last knew), `stall` (of `stall_seconds`), `twice` (lists repeat entries), `vanish` (a symbol is
    unlisted for a while). After a login the records are behind for up to `behind_seconds`.
    """

    latency: tuple[float, float] = (0.02, 0.2)
    move_points: int = 0
    reject: float = 0.0
    requote: float = 0.0
    partial: float = 0.0
    no_answer: float = 0.0
    late: float = 0.0
    late_seconds: float = 40.0
    lost: float = 0.0
    cut: float = 0.0
    offline: float = 0.0
    stall: float = 0.0
    stall_seconds: float = 30.0
    twice: float = 0.0
    vanish: float = 0.0
    no_login: float = 0.0
    behind_seconds: float = 0.0
    clock_off: timedelta = timedelta(0)


CALM = Mood()
WORST = Mood(
    latency=(0.02, 3.0),
    move_points=30,
    reject=0.06,
    requote=0.1,
    partial=0.2,
    no_answer=0.08,
    late=0.08,
    lost=0.05,
    cut=0.01,
    offline=0.01,
    stall=0.01,
    twice=0.2,
    vanish=0.005,
    no_login=0.2,
    behind_seconds=20.0,
    clock_off=timedelta(hours=2),
)
