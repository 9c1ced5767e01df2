"""The outcome of a replay, for people and for machines."""

from msgspec import Struct
from rich.table import Table

from workers.replay.tally import Tally


class Latency(Struct, frozen=True):
    """Milliseconds."""

    p50: float
    p99: float
    count: int


class Report(Struct, frozen=True):
    """Everything a replay found. `setups` are entries the strategy decided on."""

    file: str
    symbol: str
    first_bar: str
    last_bar: str
    bars: int
    setups: int
    posted: int
    stored: int
    duplicates_refused: int
    approved: int
    delivered: int
    acknowledged: int
    filled: int
    closed: int
    lost: int
    doubled: int
    stages: Tally
    post_to_stored: Latency
    stored_to_websocket: Latency
    approved_to_ea: Latency
    seconds: float
    bars_per_second: float


def latency(seconds: list[float]) -> Latency:
    """Median and 99th percentile."""
    if not seconds:
        return Latency(0, 0, 0)
    ordered = sorted(seconds)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return Latency(round(ordered[len(ordered) // 2] * 1000, 2), round(p99 * 1000, 2), len(ordered))


def table(report: Report) -> Table:
    """The report as people read it."""
    shown = Table(title=f"{report.symbol}  {report.first_bar} to {report.last_bar}", show_header=False)
    for name in (
        "bars",
        "setups",
        "posted",
        "stored",
        "duplicates_refused",
        "approved",
        "delivered",
        "acknowledged",
        "filled",
        "closed",
    ):
        shown.add_row(name.replace("_", " "), f"{getattr(report, name):,}")
    shown.add_section()
    for name, count in {"lost": report.lost, "doubled": report.doubled}.items():
        shown.add_row(name, f"[{'red' if count else 'green'}]{count}[/]")
    for stage, count in (report.stages.lost | report.stages.doubled).items():
        if count:
            shown.add_row(f"  {stage}", f"[red]{count}[/]")
    shown.add_section()
    for name in ("post_to_stored", "stored_to_websocket", "approved_to_ea"):
        measured: Latency = getattr(report, name)
        shown.add_row(name.replace("_", " "), f"p50 {measured.p50} ms   p99 {measured.p99} ms")
    shown.add_row("took", f"{report.seconds:.1f} s   {report.bars_per_second:,.0f} bars/s")
    return shown
