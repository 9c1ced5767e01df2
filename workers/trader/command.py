"""`caerus trade`: the trader on a file, with its spool below `CAERUS_HOME`."""

from pathlib import Path

from hub.core.secrets import Secrets
from hub.core.settings import ClientSettings, Settings
from strategies.symbols import symbol as known
from workers.source.load import load
from workers.trader.run import run as trade
from workers.trader.trader import Config


async def run(settings: Settings, file: Path, symbol: str, pace: float) -> None:
    """Until the file ends and the hub has everything. `BadCandles` and `KeyError` say what to mend."""
    config = Config(known(symbol))
    candles, _ = load(file)
    client, folder = ClientSettings(), settings.app.home / "trader"
    folder.mkdir(parents=True, exist_ok=True)
    await trade(
        config,
        candles,
        hub=client.api_base,
        producer_id=client.producer_id,
        secret=Secrets(settings.app).get("HMAC_PRODUCER_SECRET"),
        spool=folder / f"{config.symbol.name.lower()}.db",
        pace=pace,
    )
