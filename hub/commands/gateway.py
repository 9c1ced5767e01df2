"""`caerus gateway`."""

from typing import Annotated

import typer

from hub.commands.process import checked, run
from hub.commands.terminal import fail
from hub.core.servers import endpoints

HELP = (
    "Keep sessions with MetaTrader 5 terminals, and show the hub how their accounts stand.\n\n"
    "The account is that of [bold]MT5_LOGIN[/], [bold]MT5_PASSWORD[/], [bold]MT5_SERVER[/] and, where there are several "
    "terminals, [bold]MT5_PATH[/] (its program). They are secrets, from the provider that SECRETS_PROVIDER names, and "
    "never options. A new password is taken at the next login.\n\n"
    "For several accounts name them, [bold]MT5_ACCOUNTS=real,demo[/], and set MT5_REAL_LOGIN, MT5_DEMO_LOGIN and so on. "
    "The package MetaTrader5 runs on Windows and drives one terminal a process: there each account gets a gateway "
    "of its own, with its name alone in MT5_ACCOUNTS.\n\n"
    "Of the hub's servers it needs Redis alone ([bold]REDIS_URL[/]). It looks at an account when it is asked: for a "
    "person who refreshes, and by `caerus work` six times a minute for each verified account. After MT5_MAX_FAILURES logins "
    "that fail in a row none is tried for MT5_BACKOFF_SECONDS. /api/v1/ready says when a session is in trouble, "
    "docs/runbooks/terminal-stuck.md what to do.\n\n"
    "An account executes commands only if a device of its owner's is given for it: [bold]MT5_DEVICE_ID[/] and "
    "[bold]MT5_DEVICE_SECRET[/] (MT5_REAL_DEVICE_ID and so on), secrets that registration of a terminal showed, with the "
    "hub's address in [bold]MT5_HUB_URL[/]. It follows the same rules as the Expert Advisor; its limits are "
    "MT5_MAX_VOLUME, MT5_MAX_SPREAD_POINTS, MT5_RISK_PERCENT. Register one device for one account, and do not run an Expert "
    "Advisor with it too. A real terminal has not been tried yet: begin on a demo account.\n\n"
    "To try it beside [bold]caerus up[/]: link an account with server Simulated and login 1001 "
    "(POST /api/v1/accounts/link), start the gateway with the tag of the answer, then verify it "
    "(POST /api/v1/accounts/link/verify):\n\n"
    "[dim]MT5_LOGIN=1001 MT5_PASSWORD=any MT5_SERVER=Simulated caerus gateway --simulated --comment CAERUS-...[/]"
)


def gateway(
    simulated: Annotated[
        bool, typer.Option(help="Terminals of a simulated broker instead of MetaTrader 5, for development.")
    ] = False,
    latency_ms: Annotated[
        float, typer.Option(help="With --simulated: how long every call of a terminal takes.", min=0)
    ] = 20,
    pace: Annotated[
        float, typer.Option(help="With --simulated: seconds between two moves of the market.", min=0.01)
    ] = 1,
    comment: Annotated[
        str, typer.Option(help="With --simulated: the comment of its trades, such as the tag of your link.")
    ] = "",
) -> None:
    """Keep sessions with terminals until told to stop."""
    from workers.mt5.errors import MT5InitError, NoGateway
    from workers.mt5.package import PackageDriver, imported
    from workers.mt5.run import run as serve
    from workers.mt5.simulated.play import Play, playing

    settings = checked(rooms=False)
    url = settings.redis.url or endpoints(settings).redis_url
    try:
        if simulated:
            run(settings, "gateway", playing(settings, url, Play(latency_ms / 1000, comment), pace))
        else:
            package = imported()
            run(settings, "gateway", serve(settings, url, lambda _: PackageDriver(package)))
    except (NoGateway, MT5InitError) as error:
        fail(str(error))
