"""`caerus trade`: the trader on a file, with its spool below `CAERUS_HOME`."""

from datetime import timedelta
from pathlib import Path

from hub.core.alerts.settings import settings as alerts
from hub.core.alerts.telegram import chat
from hub.core.secrets import Secrets
from hub.core.settings import ClientSettings, Settings
from hub.trading.heartbeats.settings import settings as heartbeats
from strategies.symbols import symbol as known
from workers.source.fetch import fetch
from workers.trader.environment import config, retry
from workers.trader.run import run as trade


async def run(settings: Settings, file: Path, symbol: str, pace: float) -> None:
    """Until the file ends and the hub has everything. `BadCandles`, `KeyError` and `TraderRunning` say what to mend."""
    traded = known(symbol)
    candles = fetch(file, traded)
    client, folder = ClientSettings(), settings.app.home / "trader"
    folder.mkdir(parents=True, exist_ok=True)
    secrets, beats = Secrets(settings.app), heartbeats()
    await trade(
        config(settings.trading, traded),
        candles,
        hub=client.api_base,
        producer_id=client.producer_id,
        secret=secrets.get("HMAC_PRODUCER_SECRET"),
        spool=folder / f"{traded.name.lower()}.db",
        pace=pace,
        retry=retry(settings.trading),
        telegram=chat(secrets, alerts()),
        alert_window=alerts().window_seconds,
        interval=beats.interval_seconds,
        candle_window=timedelta(seconds=beats.candle_window_seconds),
    )
