"""What the letters say."""

from collections.abc import Callable

from msgspec import Struct

from hub.identity.registration.models import Purpose

Link = Callable[[str], str]
"""From a path to the address of our page."""

WITH_LINK: tuple[Purpose, ...] = ("verify", "reset")


class Text(Struct, frozen=True):
    subject: str
    text: str


def compose(purpose: Purpose, link: Link, token: str, minutes: int) -> Text:
    """The letter; `token` is for those with a link, which is good for `minutes`."""
    forgot = link("/forgot-password")
    if purpose == "verify":
        return Text("Confirm your e-mail address", _verify(link(f"/verify-email#token={token}"), minutes))
    if purpose == "reset":
        return Text("Choose a new password", _reset(link(f"/reset-password#token={token}"), minutes))
    if purpose == "taken":
        return Text("You have an account already", _TAKEN.format(forgot=forgot))
    return Text("Your password was changed", _CHANGED.format(forgot=forgot))


# A fragment stays in the browser: neither our logs nor other sites get to see the token.


def _verify(address: str, minutes: int) -> str:
    return f"""\
Somebody, you we hope, registered at Caerus with this e-mail address.
Confirm that it is yours:

{address}

The link is good once, for {minutes} minutes. The password is the one chosen when
the address was registered first.

If it was not you, do nothing: without the link the account cannot be used.
"""


def _reset(address: str, minutes: int) -> str:
    return f"""\
Somebody, you we hope, asked for a new password for your account at Caerus.
Choose one here:

{address}

The link is good once, for {minutes} minutes. You will be signed out everywhere;
a second factor stays as it is.

If it was not you, do nothing: your password stays.
"""


_TAKEN = """\
Somebody, you perhaps, tried to register at Caerus with this e-mail address. You
have an account already, and nothing about it was changed.

If you forgot the password, choose a new one:

{forgot}

If it was not you, do nothing.
"""

_CHANGED = """\
The password of your account at Caerus was changed, and your other sessions ended.

If it was not you, choose a new one at once:

{forgot}
"""
