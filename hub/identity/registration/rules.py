"""Which new passwords are good (OWASP ASVS 5, 6.2): long, not guessable first, and nothing else.

A password is stored and compared as it was sent (6.2.8). Only here it is looked at as people see it:
composed (Unicode NFC), in code points, whatever the case.
"""

import unicodedata
from collections.abc import Iterator

from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST, LONGEST = 12, 128
OWN = 8
"""So many characters must be left without what anybody would guess."""

_COMMON = frozenset(FREQUENCY_LISTS["passwords"])
_TOO_SHORT_TO_GUESS_BY = 3


def fault(password: str, email: str, product: str) -> str | None:
    """The rule a new password breaks, as a sentence."""
    text = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(text) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}."
    folded = text.casefold()
    if folded in _COMMON:
        return "This is one of the most common passwords."
    for word, what in _guessable(folded, email.casefold(), product.casefold()):
        if len(folded.replace(word, "")) < OWN:
            return f"A password needs {OWN} characters besides {what}."
    return None


def _guessable(folded: str, email: str, product: str) -> Iterator[tuple[str, str]]:
    yield email, "your e-mail address"
    local = email.partition("@")[0]
    if len(local) >= _TOO_SHORT_TO_GUESS_BY:
        yield local, "the name in your e-mail address"
    yield product, f"the name {product.capitalize()}"
    core = folded.strip("0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    if core in _COMMON:
        yield core, "one of the most common passwords"
