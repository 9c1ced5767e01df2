"""The MT5 gateway: terminals of the hub's own, real or simulated, and orders that go out once."""

from workers.mt5.errors import MT5AuthError, MT5Busy, MT5Disconnected, MT5Error, MT5InitError, MT5Timeout
from workers.mt5.gateway import Gateway
from workers.mt5.journal import Journal
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.terminal import Terminal

__all__ = [
    "Gateway",
    "Journal",
    "MT5AuthError",
    "MT5Busy",
    "MT5Disconnected",
    "MT5Error",
    "MT5InitError",
    "MT5Timeout",
    "Sender",
    "SessionManager",
    "Terminal",
]
