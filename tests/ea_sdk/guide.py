"""Reads ea-sdk/GUIDE.md as its reader does: what to press, what to fill in, what will be shown."""

import re
from collections.abc import Mapping

from msgspec import Struct

from tests.ea_sdk.build import SDK

GUIDE = (SDK / "GUIDE.md").read_text()
_WORDS = re.compile(r"\*\*(?P<press>[^*]+)\*\*|`(?P<label>[^`]+)`: `(?P<value>[^`]+)`")


class Press(Struct, frozen=True):
    """A link or a button by its name."""

    name: str


class Fill(Struct, frozen=True):
    """A field by its label."""

    label: str
    value: str


def section(heading: str) -> str:
    """Its text, without the heading; there is one that begins so."""
    [found] = [each for each in re.split(r"^## ", GUIDE, flags=re.MULTILINE) if each.startswith(heading)]
    return found.partition("\n")[2]


def steps(text: str, known: Mapping[str, str]) -> list[Press | Fill]:
    """What is printed in bold is pressed; an example's value is the reader's own, where it is `known`."""
    return [
        Press(found["press"])
        if found["press"]
        else Fill(found["label"], known.get(found["value"], found["value"]))
        for found in _WORDS.finditer(text)
    ]


def rows(text: str) -> dict[str, str]:
    """Of a table: what stands in its first column as code, and the second column."""
    cells = re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, flags=re.MULTILINE)
    return dict(cells)


def code(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def lines(text: str) -> list[str]:
    """Of the block that shows what will be said."""
    return text.partition("```text\n")[2].partition("```")[0].splitlines()
