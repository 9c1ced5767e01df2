"""`caerus trade`: the trader on a file, with its spool below `CAERUS_HOME`."""

from pathlib import Path

from hub.core.secrets import Secrets
from hub.core.settings import ClientSettings, Settings
from strategies.symbols import symbol as known
from workers.source.fetch import fetch
from workers.trader.environment import config, retry
from workers.trader.run import run as trade


async def run(settings: Settings, file: Path, symbol: str, pace: float) -> None:
    """Until the file ends and the hub has everything. `BadCandles` and `KeyError` say what to mend."""
    traded = known(symbol)
    candles = fetch(file, traded)
    client, folder = ClientSettings(), settings.app.home / "trader"
    folder.mkdir(parents=True, exist_ok=True)
    await trade(
        config(settings.trading, traded),
        candles,
        hub=client.api_base,
        producer_id=client.producer_id,
        secret=Secrets(settings.app).get("HMAC_PRODUCER_SECRET"),
        spool=folder / f"{traded.name.lower()}.db",
        pace=pace,
        retry=retry(settings.trading),
    )
