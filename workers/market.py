"""The demo market: synthetic candles, a trader that posts, a terminal whose EA executes what was approved."""

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal

from caerus_client.decisions import DecisionClient, DecisionFile
from caerus_client.device import DeviceClient
from caerus_client.durable import or_in_memory
from caerus_client.ledger import Ledger
from caerus_client.producer import ProducerClient
from caerus_client.spool import Spool

from hub.core.resources import Resources, open_resources
from hub.core.secrets import Secrets
from hub.core.settings import ClientSettings, Settings
from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from strategies.candles import Bar
from strategies.symbols import SYMBOLS, Symbol
from workers.simulator.ea import Ea
from workers.simulator.terminal import Terminal
from workers.simulator.witness import Identity
from workers.source.metrics import metered
from workers.source.sample import HOUR, Sample
from workers.trader import metrics
from workers.trader.environment import config, retry
from workers.trader.trader import Trader
from workers.up.demo import ACCOUNT

SYMBOL = SYMBOLS["XAUUSD"]
_POLL_SECONDS = 25
_SHOW_SECONDS = 1.0
"""However fast the candles are."""


async def run(settings: Settings, dsn: str, redis_url: str, *, pace: float) -> None:
    """Play until cancelled; started again, it goes on with the bar after the last. `pace`: seconds a bar."""
    folder = settings.app.home / "market"
    folder.mkdir(parents=True, exist_ok=True)
    client, secrets = ClientSettings(), Secrets(settings.app)
    with ExitStack() as files:
        spool = files.enter_context(Spool(folder / "spool.db"))
        ledger = files.enter_context(Ledger(folder / "ea.db"))
        terminal = Terminal(SYMBOL, path=folder / "terminal.db")
        files.callback(terminal.close)
        producer = _producer(settings, client, secrets, spool)
        told = files.enter_context(or_in_memory(DecisionFile, folder / "decisions.db"))
        decisions = DecisionClient(
            client.api_base, client.producer_id, secrets.get("HMAC_PRODUCER_SECRET"), told
        )
        device = DeviceClient(client.api_base, client.device_id, secrets.get("DEVICE_SECRET"))
        trader = Trader(
            config(settings.trading, SYMBOL), spool, wake=producer.wake, on_decision=decisions.add
        )
        ea = Ea(terminal, device, ledger, account=Identity(ACCOUNT.server, ACCOUNT.login))
        resources = open_resources(settings, dsn, redis_url)
        async with resources as res, producer, decisions, device, asyncio.TaskGroup() as group:
            group.create_task(producer.run())
            group.create_task(decisions.run())
            group.create_task(device.run(ea, ledger, wait=_POLL_SECONDS))
            group.create_task(_show(ea, max(pace, _SHOW_SECONDS)))
            await _play(res, trader, ea, pace)


def _producer(settings: Settings, client: ClientSettings, secrets: Secrets, spool: Spool) -> ProducerClient:
    return ProducerClient(
        client.api_base,
        client.producer_id,
        secrets.get("HMAC_PRODUCER_SECRET"),
        spool,
        retry=retry(settings.trading),
        on_outcome=metrics.counted(),
    )


async def _show(ea: Ea, seconds: float) -> None:
    """Tell the hub how the demo account stands, while the market moves."""
    while True:
        await ea.tell()
        await asyncio.sleep(seconds)


async def _play(res: Resources, trader: Trader, ea: Ea, pace: float) -> None:
    """As fast as it goes until there is a signal to look at, then bar by bar."""
    history: list[Candle] = []
    signalled = False
    for bar in metered(Sample(), SYMBOL.name, HOUR):
        ea.on_bar(bar)
        step = await trader.step(bar)
        if not step.taken:
            continue
        history.append(_candle(bar, SYMBOL))
        if trader.engine.is_warm:
            await candles.store_closed(res, SYMBOL.name, "H1", history)
            history.clear()
            signalled = signalled or bool(step.items)
            await asyncio.sleep(pace if signalled else 0)


def _candle(bar: Bar, symbol: Symbol) -> Candle:
    opened, high, low, close = (
        Decimal(symbol.text(price)) for price in (bar.open, bar.high, bar.low, bar.close)
    )
    return Candle(
        datetime.fromtimestamp(bar.time, UTC), opened, high, low, close, Decimal(f"{bar.volume:.2f}")
    )
