"""RFC 9457 problems: every refusal says what to mend, and is raised as an exception.

    Problem                      400
    ├── Unauthenticated          401   one text for every cause
    ├── Forbidden                403
    ├── NotFound                 404
    ├── TooSlow                  408
    ├── Conflict                 409
    ├── TooLarge                 413
    ├── Invalid                  422   carries `errors`: [{pointer, detail}]
    ├── TooMany                  429
    └── Unavailable              503

A room subclasses the one that fits and sets `title`.
"""

import re
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one value; `pointer` is a JSON pointer (RFC 6901) into the body."""

    pointer: str
    detail: str


class Problem(Exception):
    """A refusal. `extra` members are added to the document as they are."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"

    def __init__(
        self,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail, self.errors, self.headers, self.extra = detail, errors, headers or {}, extra

    def document(self, instance: str, request_id: str) -> dict[str, Any]:
        kind = re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()
        return problem(kind, self.title, self.status, self.detail, instance, request_id) | (
            ({"errors": self.errors} if self.errors else {}) | self.extra
        )


def problem(
    kind: str, title: str, status: int, detail: str, instance: str, request_id: str
) -> dict[str, Any]:
    """The members every problem has."""
    return {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
    }


def plain(status: int, detail: str, instance: str, request_id: str) -> dict[str, Any]:
    """A problem that is no more than its HTTP status."""
    phrase = HTTPStatus(status).phrase
    return problem(phrase.lower().replace(" ", "-"), phrase, status, detail, instance, request_id)


class Unauthenticated(Problem):
    status, title = 401, "Not authenticated"

    def __init__(self, detail: str = "Sign in, or check the signature, and try again.") -> None:
        super().__init__(detail)


class Forbidden(Problem):
    status, title = 403, "Not allowed"

    def __init__(self, detail: str = "You may not do this.") -> None:
        super().__init__(detail)


class NotFound(Problem):
    status, title = 404, "Not found"


class TooSlow(Problem):
    status, title = 408, "Body too slow"


class Conflict(Problem):
    status, title = 409, "Conflict"


class TooLarge(Problem):
    status, title = 413, "Body too large"


class Invalid(Problem):
    status, title = 422, "Invalid request"


class TooMany(Problem):
    status, title = 429, "Too many requests"


class Unavailable(Problem):
    status, title = 503, "Unavailable"


_PATH = re.compile(r" - at `\$?(.*)`$")
_FIELD = re.compile(r"(?:unknown field|missing required field) `([^`]+)`")


def from_validation(error: msgspec.ValidationError) -> Invalid:
    """msgspec's text ends in a path, ``- at `$.payload.entry` ``: make it a JSON pointer."""
    text = str(error)
    found = _PATH.search(text)
    # Inside a map msgspec writes `[...]` and does not tell the key: point at the map.
    path = re.sub(r"\[(\w+)\]", r".\1", found[1].partition("[...]")[0]) if found else ""
    if field := _FIELD.search(text):
        path += f".{field[1]}"
    detail = _PATH.sub("", text)
    return Invalid(detail, errors=(FieldError(path.replace(".", "/"), detail),))


def invalid(pointer: str, detail: str) -> Invalid:
    """One wrong value."""
    return Invalid(detail, errors=(FieldError(pointer, detail),))
