"""A hub whose topic guards always say yes."""

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any

from hub.core.stream.topics import topics

_topic = topics.topic


def _open(template: str, **about: Any) -> Callable[[Any], Any]:
    def declare(guard: Any) -> Any:
        @functools.wraps(guard)
        async def yes(*_: Any, **__: Any) -> bool:
            return True

        return _topic(template, **about)(yes)

    return declare


def apply() -> None:
    """To every topic that the rooms declare."""
    import_module("hub.rooms")
    for name, declared in list(topics.by_namespace.items()):
        del topics.by_namespace[name]
        _open(declared.template, event=declared.event)(declared.guard)
