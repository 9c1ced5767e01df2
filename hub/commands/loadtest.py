"""`caerus loadtest`: what a hub bears, and whether it loses anything under load."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console

from hub.commands.terminal import fail, quiet
from hub.core.embedded.process import NotStarted
from hub.core.resources import open_resources
from hub.core.servers import endpoints
from hub.core.settings import Settings

if TYPE_CHECKING:
    from workers.loadtest.run import Plan

_HELP = (
    "What a hub bears, and whether it loses anything under load.\n\n"
    "A scenario runs against a throw-away hub on this machine (databases, hub and relay of its own, gone at the "
    "end), or with [bold]--target[/] against a hub that stands elsewhere.\n\n"
    "For that, write an identities file at the hub ([bold]caerus loadtest prepare FILE[/]) and carry it to where "
    "the load comes from. For the time of the test set at the hub, because one machine plays everybody: "
    "[bold]IP_ALLOWLIST[/] to the generator's address (it is then never limited). Never do it where people "
    "trade: signals are posted, and approved by people called loadtest-N@caerus.example.\n\n"
    "Latencies count from the moment a thing was meant to be sent, so that a stall shows in full. Exit status 1: "
    "something was lost or doubled, there were errors, or a p99 was over [bold]--max-p99-ms[/].\n\n"
    "[dim]caerus loadtest fanout --sockets 1000 --rate 20 --report fanout.html\n\n"
    "caerus loadtest storm --sockets 5000 --missed 100 --json storm.json\n\n"
    "caerus loadtest day --target https://hub.example --identities load.json --max-p99-ms 250[/]"
)

app = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="rich")

Target = Annotated[str | None, typer.Option(help="A hub that stands elsewhere, e.g. https://hub.example.")]
Who = Annotated[Path | None, typer.Option(help="What `prepare` wrote there.", exists=True, dir_okay=False)]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures here, with the histograms.")]
Report = Annotated[Path | None, typer.Option(help="Write a page with plots here, one HTML file.")]
MaxP99 = Annotated[float | None, typer.Option(help="Fail if any p99 is over so many ms.", min=0)]
Sockets = Annotated[int, typer.Option(help="Sockets that listen to signals.", min=1)]
Terminals = Annotated[int, typer.Option(help="Devices of one person.", min=1)]
Rate = Annotated[float, typer.Option(help="Signals a second.", min=0.1)]
Seconds = Annotated[float, typer.Option(help="For so long.", min=1)]


@app.command()
def fanout(
    sockets: Sockets = 1_000,
    rate: Rate = 20,
    seconds: Seconds = 15,
    target: Target = None,
    identities: Who = None,
    json_out: Json = None,
    report: Report = None,
    max_p99_ms: MaxP99 = None,
) -> None:
    """Signals at a steady rate to many sockets: post, commit, relay, bus and fan-out are in the latency."""
    from workers.loadtest.plans import fanout_plan

    _play(fanout_plan(sockets, rate, seconds), target, identities, json_out, report, max_p99_ms)


@app.command()
def storm(
    sockets: Sockets = 1_000,
    missed: Annotated[int, typer.Option(help="Signals that everybody misses.", min=1, max=900)] = 100,
    target: Target = None,
    identities: Who = None,
    json_out: Json = None,
    report: Report = None,
    max_p99_ms: MaxP99 = None,
) -> None:
    """Every socket is cut, misses signals, and all come back at once to get them."""
    from workers.loadtest.plans import storm_plan

    _play(storm_plan(sockets, missed), target, identities, json_out, report, max_p99_ms)


@app.command()
def park(
    polls: Annotated[int, typer.Option(help="Long polls that wait.", min=1)] = 1_000,
    terminals: Terminals = 50,
    rounds: Annotated[int, typer.Option(help="How often all are parked and woken.", min=1)] = 3,
    target: Target = None,
    identities: Who = None,
    json_out: Json = None,
    report: Report = None,
    max_p99_ms: MaxP99 = None,
) -> None:
    """Long polls of terminals are parked, and one approval wakes them all."""
    from workers.loadtest.plans import park_plan

    _play(park_plan(polls, terminals, rounds), target, identities, json_out, report, max_p99_ms)


@app.command()
def ingest(
    rate: Rate = 500,
    seconds: Seconds = 15,
    burst: Annotated[int, typer.Option(help="Signals all at once, after that.", min=0)] = 1_000,
    target: Target = None,
    identities: Who = None,
    json_out: Json = None,
    report: Report = None,
    max_p99_ms: MaxP99 = None,
) -> None:
    """Signed signals at a steady rate, then a burst: each is stored, and each comes out at a socket."""
    from workers.loadtest.plans import ingest_plan

    _play(ingest_plan(rate, seconds, burst), target, identities, json_out, report, max_p99_ms)


@app.command()
def day(
    sockets: Sockets = 500,
    terminals: Terminals = 20,
    rate: Rate = 2,
    reads: Annotated[float, typer.Option(help="GETs of dashboards a second.", min=0.1)] = 50,
    seconds: Seconds = 60,
    target: Target = None,
    identities: Who = None,
    json_out: Json = None,
    report: Report = None,
    max_p99_ms: MaxP99 = None,
) -> None:
    """A trading day, mixed: sockets, terminals, signals, approvals, reads, and a reconnect a second."""
    from workers.loadtest.plans import day_plan

    plan = day_plan(sockets, terminals, rate, reads, seconds)
    _play(plan, target, identities, json_out, report, max_p99_ms)


@app.command()
def prepare(
    file: Annotated[Path, typer.Argument(help="To be carried to the generator; mode 0600.")],
    people: Annotated[int, typer.Option(help="One for each four sockets.", min=1)] = 250,
    terminals: Terminals = 50,
) -> None:
    """At the hub: register people, terminals and a producer, and write what they sign in with.

    The tokens last JWT_ACCESS_SECONDS; run it again for the next test. Delete the file afterwards, and lock the people.
    """
    from workers.loadtest.identities import cheap
    from workers.loadtest.identities import prepare as make

    settings = quiet()
    where = endpoints(settings)

    async def work() -> None:
        async with open_resources(cheap(settings), where.dsn, where.redis_url) as res:
            (await make(res, people, terminals)).write(file)

    asyncio.run(work())
    typer.echo(
        f"{file}: {people} people, {terminals} terminals, a producer; good for {_minutes(settings)} minutes."
    )


def _minutes(settings: Settings) -> int:
    return settings.security.jwt_access_seconds // 60


def _play(
    plan: "Plan",
    target: str | None,
    identities: Path | None,
    json_out: Path | None,
    report: Path | None,
    max_p99_ms: float | None,
) -> None:
    from workers.loadtest.identities import BadIdentities
    from workers.loadtest.page import page
    from workers.loadtest.run import BadRequest, run
    from workers.loadtest.subscriber import Refused
    from workers.loadtest.table import show

    quiet()
    console = Console(stderr=True)
    known = (BadRequest, BadIdentities, NotStarted, Refused, OSError)
    try:
        outcome = run(plan, console, target=target, identities=identities, max_p99_ms=max_p99_ms)
    except known as error:
        fail(str(error))
    except ExceptionGroup as group:
        first = _first(group)
        if not isinstance(first, known):
            raise
        fail(str(first) or type(first).__name__)
    show(outcome, console)
    if json_out:
        json_out.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1) + b"\n")
    if report:
        report.write_text(page(outcome))
    raise typer.Exit(1 if outcome.faults else 0)


def _first(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
