"""What to do when a connection ends, by the code it ended with."""

from typing import Literal

After = Literal["retry", "rest", "renew", "stop"]
"""Come back with full jitter; after a long pause; with a new token; or not at all."""

SIGNED_OUT = 4001
OUR_FAULT = {
    1002: "the hub could not read a frame of ours",
    1007: "the hub got text that is not UTF-8",
    1008: "the hub refused the origin or the subprotocol",
    1009: "a message of ours was too large",
    4002: "a message of ours is not of this protocol",
}
_AFTER: dict[int, After] = {4001: "renew", 4005: "rest", **dict.fromkeys(OUR_FAULT, "stop")}

LONG = 30.0
"""Seconds; a long pause is uniform in [LONG, 2 * LONG)."""


def after_close(code: int) -> After:
    """After a close code. Whatever is not ours to mend passes."""
    return _AFTER.get(code, "retry")


def after_refusal(status: int) -> After:
    """After a handshake answered with an HTTP status."""
    if status == 403:
        return "stop"
    return "rest" if status == 429 else "retry"
