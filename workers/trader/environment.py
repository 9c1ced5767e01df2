"""The trader as the environment wants it."""

from caerus_client.retry import RetryPolicy

from hub.core.settings import TradingSettings
from strategies.symbols import Symbol
from workers.trader.trader import Config


def config(trading: TradingSettings, symbol: Symbol) -> Config:
    """Fib-RSI on `symbol`, kept to the market's hours and out of the blocked ones."""
    return Config(symbol, zone=trading.market_tz, blocked=trading.blocked)


def retry(trading: TradingSettings) -> RetryPolicy:
    """When a delivery is tried again; a delay above the usual cap raises the cap."""
    delay = trading.retry_delay_seconds
    return RetryPolicy(trading.max_retries, delay, cap=max(delay, RetryPolicy().cap))
