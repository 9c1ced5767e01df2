"""Which struct each query becomes, read from the source of the modules that run queries."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

ROOT = Path(__file__).parents[2]
_KINDS = {"one": "one", "sure": "one", "many": "many", "run": "exec"}


class Use(Struct, frozen=True):
    """One call of `sql.one`, `sure`, `many` or `run`."""

    room: str
    query: str
    kind: str
    row: Any
    args: frozenset[str]
    where: str


def uses() -> list[Use]:
    """Every use in the hub and its workers."""
    found: list[Use] = []
    for path in sorted(path for folder in ("hub", "workers") for path in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text())
        if room := _room(tree):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found += _uses_in(tree, importlib.import_module(name), room, name)
    return found


def _room(tree: ast.Module) -> str | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Name) and call.func.id == "Sql":
                return str(ast.literal_eval(call.args[0]))
    return None


def _uses_in(tree: ast.Module, module: Any, room: str, where: str) -> Iterator[Use]:
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef)]
    for function in functions:
        for call in [n for n in ast.walk(function) if isinstance(n, ast.Call) and _on_sql(n)]:
            assert isinstance(call.func, ast.Attribute)
            kind = _KINDS[call.func.attr]
            row = getattr(module, ast.unparse(call.args[1])) if kind != "exec" else None
            names = _texts(call.args[1 if kind == "exec" else 2], function)
            args = frozenset(k.arg for k in call.keywords if k.arg)
            yield from (Use(room, name, kind, row, args, f"{where}.{function.name}") for name in names)


def _on_sql(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and ast.unparse(function.value) == "sql"
        and function.attr in _KINDS
    )


def _texts(node: ast.expr, function: ast.AsyncFunctionDef) -> list[str]:
    """The constants an expression may stand for; a name is looked up in its function."""
    if isinstance(node, ast.Name):
        assigned = [
            n.value
            for n in ast.walk(function)
            if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == node.id
        ]
        [node] = assigned
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert texts, f"{function.name}: cannot read which query this is"
    return texts
