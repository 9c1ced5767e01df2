"""Which metrics and labels a PromQL expression mentions. Prometheus itself says whether it parses."""

import re

from msgspec import Struct

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_RANGE = re.compile(r"\[[^\]]*\]")
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)?\s*\{([^}]*)\}")
_MATCHED = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_NAME = re.compile(r"(?<![\w.:$])[a-zA-Z_:][\w:]*\b(?!\s*\()")
_WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


class Mentions(Struct, frozen=True):
    """`labels` of each metric by which it is selected; `grouped`: labels that results are grouped or joined by."""

    labels: dict[str, set[str]]
    grouped: set[str]


def mentions(expression: str) -> Mentions:
    text = _RANGE.sub("", _TEXT.sub('""', expression))
    labels: dict[str, set[str]] = {}
    for name, body in _SELECTOR.findall(text):
        labels.setdefault(name, set()).update(_MATCHED.findall(body))
    text = _SELECTOR.sub(r"\1", text)
    grouped = {name for found in _GROUPED.findall(text) for name in re.findall(r"\w+", found)}
    for name in _NAME.findall(_GROUPED.sub("", text)):
        if name.lower() not in _WORDS:
            labels.setdefault(name, set())
    return Mentions(labels, grouped)
