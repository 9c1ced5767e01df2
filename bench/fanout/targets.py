"""What was wanted, and whether it was met."""

from collections.abc import Callable
from statistics import median

from bench.fanout.modes import Measured, medians
from bench.figures import Target

Rounds = list[list[Measured]]


def ratio(rounds: Rounds, mode: str, peer: str, field: str = "cpu") -> float | None:
    """Ours to a peer's: formed inside each round, the median of them."""
    found = []
    for rows in rounds:
        by = {(row.server, row.mode): getattr(row, field) for row in rows}
        ours, theirs = by.get(("caerus", mode)), by.get((peer, mode))
        if ours and theirs:
            found.append(ours / theirs)
    return median(found) if found else None


def targets(rounds: Rounds) -> list[Target]:
    """Those of issue 4."""
    flat = [row for rows in rounds for row in rows]
    p50, p99, rest = (medians(flat, name) for name in ("p50", "p99", "rest_p99"))
    cpu: Callable[[str, str], float | None] = lambda mode, peer: ratio(rounds, mode, peer)  # noqa: E731
    made = [
        Target("one at a time: CPU to the C floor", 1.15, cpu("one", "c")),
        Target("one at a time: CPU to Node ws", 0.75, cpu("one", "node")),
    ]
    for mode in ("win:4", "burst:64"):
        made += [
            Target(f"{mode}: CPU to Node ws", 0.25, cpu(mode, "node")),
            Target(f"{mode}: CPU to uvicorn stock", 0.15, cpu(mode, "uvicorn")),
            Target(f"{mode}: CPU to uWebSockets", 1.0, cpu(mode, "uws")),
        ]
    return [
        *made,
        Target("1,000 at 20/s: p50", 6, p50.get(("caerus", "20/s")), "ms"),
        Target("1,000 at 20/s: p99", 15, p99.get(("caerus", "20/s")), "ms"),
        Target("5,000 at 4/s: p99 to the C floor", 1.3, ratio(rounds, "5000 4/s", "c", "p99")),
        Target("REST p99 beside 5,000 at 4/s", 8, rest.get(("caerus", "5000 4/s, REST")), "ms"),
    ]
