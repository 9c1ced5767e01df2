"""The outcome of a replay, for people and for machines."""

from msgspec import Struct
from rich.table import Table

from workers.replay.books import Ledgers
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
    books: Ledgers | None = None


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


def outcomes(books: Ledgers) -> Table:
    """What became of each account. Past figures of a simulation: they say nothing of what is to come."""
    shown = Table(title="Accounts, in minor units")
    for name in (
        "",
        "balance",
        "equity",
        "peak",
        "approved",
        "copied",
        "closed",
        "open",
        "closures",
        "commands",
    ):
        shown.add_column(name, justify="left" if not name else "right")
    for each in books.accounts:
        of = each.figures
        row = (of.balance, of.equity, of.peak_equity, of.approved, of.copied, of.closed, of.open)
        shown.add_row(each.of, *(f"{value:,}" for value in (*row, of.closures, of.by_command)))
    paper = books.paper
    last = (f"{paper.balance:,}", "", "", f"{paper.taken:,}", "", f"{paper.closed:,}", "", "", "")
    shown.add_row("on paper", *last)
    return shown


def checks(books: Ledgers) -> Table:
    """What had to be the same, and whether it was; then what reconciliation found."""
    shown = Table(title="Books")
    for name in ("of", "what", "found", "wanted", ""):
        shown.add_column(name, justify="right" if name in ("found", "wanted") else "left")
    for check in books.checks:
        verdict = "[green]holds[/]" if check.holds else "[red]BROKEN[/]"
        shown.add_row(check.of, check.what, f"{check.found:,}", f"{check.wanted:,}", verdict)
    shown.add_section()
    for reason, times in books.findings.items():
        shown.add_row("reconciliation", reason, f"{times:,}", "", "")
    return shown
