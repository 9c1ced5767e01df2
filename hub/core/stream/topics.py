"""Topics: what a socket may subscribe to, and who may.

A topic is declared once, in the room that owns it. Nothing undeclared can be subscribed to, and a
guard that does not say yes says no.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import msgspec

from hub.core.principal import Principal
from hub.core.problems import Forbidden, NotFound

Guard = Callable[..., Awaitable[bool]]


class Topic(msgspec.Struct, frozen=True):
    """`approvals:{user_id}`: a name, its parameters, its event, its guard."""

    template: str
    event: Any
    guard: Guard
    params: dict[str, Any]
    pattern: re.Pattern[str]

    def name(self, **params: Any) -> str:
        return self.template.format(**params)


class Topics:
    """The one table of topics."""

    def __init__(self) -> None:
        self.by_namespace: dict[str, Topic] = {}

    def topic(self, template: str, *, event: Any) -> Callable[[Guard], Topic]:
        """Declare; twice is an error at import."""
        namespace = template.partition(":")[0]

        def declare(guard: Guard) -> Topic:
            if namespace in self.by_namespace:
                raise ValueError(f"topic {namespace} is declared twice")
            names = re.findall(r"{(\w+)}", template)
            hints = get_type_hints(guard)
            pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^:{}]+)", template))
            topic = Topic(template, event, guard, {name: hints[name] for name in names}, pattern)
            self.by_namespace[namespace] = topic
            return topic

        return declare

    async def admit(self, who: Principal, name: str) -> Topic:
        """The topic behind a name, for one who may read it; else `NotFound` or `Forbidden`."""
        topic = self.by_namespace.get(name.partition(":")[0])
        match = topic and topic.pattern.fullmatch(name)
        if not topic or not match:
            raise NotFound(f"There is no topic {name[:100]!r}.")
        try:
            params = {
                k: msgspec.convert(v, topic.params[k], strict=False) for k, v in match.groupdict().items()
            }
        except msgspec.ValidationError:
            raise NotFound(f"There is no topic {name[:100]!r}.") from None
        if not await topic.guard(who, **params):
            raise Forbidden(f"You may not read {name[:100]!r}.")
        return topic


topics = Topics()
topic = topics.topic
