"""What can go wrong between us and a terminal. No message holds a credential."""


class MT5Error(Exception):
    """A terminal could not do what it was asked; `code` is its own number for it, 0 without one."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class MT5InitError(MT5Error):
    """The terminal does not start, or does not let itself be spoken to."""


class MT5AuthError(MT5Error):
    """The broker refuses the login."""


class MT5Disconnected(MT5Error):
    """There is no connection to the terminal, or from it to the broker. An order may have gone out before."""


class MT5Timeout(MT5Disconnected):
    """No answer within the deadline. The call may have been carried out, and may still be."""


class MT5Busy(MT5Timeout):
    """The terminal was still at an earlier call when the deadline passed: this one was never begun, and never will be."""


class NotSent(MT5Disconnected):
    """The terminal was away before an order was handed in: it never was."""


class UnknownSymbol(MT5Error):
    """The broker does not list the symbol, or no longer."""


class OtherAccount(MT5Error):
    """Somebody switched the terminal to another account: nothing of that may be told, nothing done there.

    From `send` only if nothing was handed in.
    """


class NoGateway(Exception):
    """This gateway cannot be started; the message says what to change."""
