"""The `caerus` command. Each subcommand is one process; `caerus up` runs them all."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from pydantic import ValidationError

from hub.commands import audit, gateway, imports, keys, loadtest, users
from hub.commands.process import checked, new_loop
from hub.commands.process import run as run_process
from hub.commands.terminal import fail as _fail
from hub.commands.terminal import quiet as _quiet
from hub.core import tracing
from hub.core.embedded.process import NotStarted
from hub.core.ops import NoOpsPort, Standing
from hub.core.secrets import BadSecret, MissingSecret, Secrets
from hub.core.servers import NoServers, endpoints

app = typer.Typer(
    help="Carries a trading signal from a strategy to a person's decision to a broker's fill.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(users.app, name="users")
app.add_typer(loadtest.app, name="loadtest")
app.command("gateway", help=gateway.HELP)(gateway.gateway)
app.command("import-candles")(imports.candles)
app.command("import-ticks")(imports.ticks)
app.command("import-sqlite")(imports.sqlite)


@app.command()
def up(
    pace: Annotated[float, typer.Option(help="Seconds between two replayed H1 bars.", min=0.01)] = 1.0,
) -> None:
    """Run everything on this machine: servers, hub, relay, worker, and a demo market."""
    from workers.up.run import NotUp, Up

    try:
        Up(_quiet(), pace=pace).run()
    except (NotUp, NotStarted) as error:
        _fail(str(error))


@app.command()
def serve(
    shared: Annotated[
        bool, typer.Option(help="Share HUB_PORT with other hub processes of this machine.")
    ] = False,
) -> None:
    """Run one hub process: REST, the stream, the dashboard.

    One process uses one core. For more, start it with --shared as often as there are cores, each with an OPS_PORT
    of its own; or give each its HUB_PORT and let a load balancer choose.
    """
    from hub.serve import serve as run

    settings = checked()
    where = endpoints(settings)
    with tracing.started(settings, "serve"), asyncio.Runner(loop_factory=new_loop()) as runner:
        runner.run(run(settings, where.dsn, where.redis_url, shared=shared))


@app.command()
def relay() -> None:
    """Move committed events to the bus. A second one waits as a hot spare."""
    from hub.core import relay as room

    settings = checked()
    where = endpoints(settings)
    run_process(settings, "relay", room.serve(settings, where.dsn, where.redis_url))


@app.command()
def work() -> None:
    """Run background jobs and cron entries.

    While Redis is away it waits for it, and /ready on its ops port says so.
    """
    from hub.core.mail import MailNotSetUp, check
    from workers.jobs import run

    settings = checked()
    try:
        check(settings, Secrets(settings.app))
    except MailNotSetUp as error:
        _fail(str(error))
    where = endpoints(settings)
    standing = Standing()
    run_process(settings, "work", run(settings, where.dsn, where.redis_url, standing), standing)


@app.command()
def trade(
    file: Annotated[Path, typer.Argument(help="Candles: CSV, CSV.GZ or Parquet, times in UTC.", exists=True)],
    symbol: Annotated[str, typer.Option(help="Instrument, e.g. XAUUSD.")],
    pace: Annotated[float, typer.Option(help="Seconds between two bars.", min=0.0)] = 0.0,
) -> None:
    """Trade a file of closed bars: decide, and post signed signals to API_BASE as PRODUCER_ID.

    The key is HMAC_PRODUCER_SECRET. What is not delivered waits in CAERUS_HOME/trader and goes out
    with the next start.
    """
    from workers.source.report import BadCandles
    from workers.trader.command import run
    from workers.trader.lock import TraderRunning

    settings = checked()
    try:
        run_process(settings, "trade", run(settings, file, symbol, pace))
    except (BadCandles, KeyError, TraderRunning) as error:
        _fail(str(error.args[0]))


@app.command()
def market(
    pace: Annotated[float, typer.Option(help="Seconds between two bars.", min=0.0)] = 0.4,
) -> None:
    """Play a demo market: synthetic candles to a trader and to a simulated terminal with its EA."""
    from workers.market import run

    settings = checked()
    where = endpoints(settings)
    run_process(settings, "market", run(settings, where.dsn, where.redis_url, pace=pace))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="Candles: CSV, CSV.GZ or Parquet, times in UTC.", exists=True)],
    since: Annotated[
        str | None,
        typer.Option("--from", help="First bar, e.g. 2020-01-01; the strategy has seen those before it."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Last bar (exclusive).")] = None,
    approve: Annotated[str, typer.Option(help="all, none, or a fraction such as 0.5.")] = "all",
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the report here as JSON.")] = None,
    symbol: Annotated[
        str | None, typer.Option(help="Instrument; read from the file's name if not given.")
    ] = None,
    company: Annotated[
        bool,
        typer.Option(
            help="Also people who copy, with wide and with tight limits, and one on paper; guards close for real."
        ),
    ] = False,
) -> None:
    """Send real candles through the whole loop, as fast as it goes, and count what arrives.

    Ends with exit status 1 if anything was lost or doubled; with --company also if books do not balance.
    """
    from workers.replay.run import BadRequest
    from workers.replay.run import replay as run

    _quiet()
    try:
        clean = run(
            file,
            since=since,
            until=until,
            approve=approve,
            json_out=json_out,
            symbol=symbol,
            company=company,
        )
    except (BadRequest, NotStarted) as error:
        _fail(str(error))
    raise typer.Exit(0 if clean else 1)


@app.command()
def migrate(
    down_to: Annotated[int | None, typer.Option(help="Take back everything after this number.")] = None,
) -> None:
    """Apply missing migrations as the owner role (DB_OWNER_DSN)."""
    from hub.core import migrations

    where = endpoints(checked())
    done = asyncio.run(
        migrations.up(where.owner_dsn) if down_to is None else migrations.down(where.owner_dsn, to=down_to)
    )
    typer.echo("\n".join(done) if done else "Nothing to do.")


@app.command()
def openapi(
    out: Annotated[Path | None, typer.Option(help="Write the document here.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="Fail if this file is not what would be written.")
    ] = None,
) -> None:
    """The API document, generated from the endpoints."""
    from hub.app import api_document

    text = msgspec.json.format(msgspec.json.encode(api_document(), order="sorted"), indent=1) + b"\n"
    if out:
        out.write_bytes(text)
    elif check is None:
        sys.stdout.buffer.write(text)
    elif not check.exists() or check.read_bytes() != text:
        _fail(f"{check} is stale; run `make openapi`.")


def main() -> None:
    """The entry point: a refusal is a sentence, not a traceback."""
    try:
        app()
    except ValidationError as error:
        for fault in error.errors():
            where = "".join(f"{part}: " for part in fault["loc"])
            typer.secho(where + fault["msg"].removeprefix("Value error, "), err=True, fg="red")
        sys.exit(2)
    except (NoServers, NoOpsPort, MissingSecret, BadSecret) as error:
        typer.secho(str(error), err=True, fg="red")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
