"""One door each, read from the source: the environment, arq, the clock, tasks, the drivers, the stores."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HUB = ROOT / "hub"
CODE = [path for folder in ("hub", "workers") for path in sorted((ROOT / folder).rglob("*.py"))]


def trees(paths: list[Path]) -> dict[str, ast.Module]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


def users_of(*dotted: str, among: list[Path] = CODE) -> set[str]:
    """Files that name one of these attributes (`os.environ`) or import it by name."""
    wanted = set(dotted)
    return {name for name, tree in trees(among).items() if wanted & _named(tree)}


def _named(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def importers_of(package: str, among: list[Path] = CODE) -> set[str]:
    """Files that import a package or something in it."""
    return {
        name
        for name, tree in trees(among).items()
        if any(module == package or module.startswith(package + ".") for module in _imported(tree))
    }


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_the_environment_is_read_in_settings_and_secrets_alone() -> None:
    # `caerus up` hands its own environment on to the processes it starts.
    doors = {"hub/core/settings.py", "hub/core/secrets/providers.py", "workers/up/children.py"}
    assert users_of("os.environ", "os.getenv", "os.environb") - doors == set()
    assert "hub/core/secrets/providers.py" in users_of("os.environ")


def test_arq_is_behind_core_jobs_alone() -> None:
    assert importers_of("arq") == {"hub/core/jobs.py"}


def test_the_wall_clock_is_read_where_it_is_allowed() -> None:
    calendar = users_of(
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now"
    )
    assert {name for name in calendar if name.startswith("hub/")} == {"hub/core/clock.py"}
    seconds = users_of("time.time", "time.time_ns", among=sorted(HUB.rglob("*.py")))
    # Ids hold Unix milliseconds and JWTs Unix seconds; a socket compares with its token's.
    assert seconds <= {
        "hub/core/clock.py",
        "hub/core/ids.py",
        "hub/core/security/tokens.py",
        "hub/core/stream/socket.py",
    }


def test_tasks_start_in_the_nursery_alone() -> None:
    calls = {
        name
        for name, tree in trees(sorted(HUB.rglob("*.py"))).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("create_task", "ensure_future")
        if "group" not in ast.unparse(node.value).lower()
    }
    assert calls == {"hub/core/nursery.py"}


@pytest.mark.parametrize("driver", ["redis", "starlette", "prometheus_client", "uvicorn"])
def test_a_store_and_rules_know_no_framework(driver: str) -> None:
    inner = [path for path in HUB.rglob("*.py") if path.stem in ("store", "rules")]
    assert inner
    assert importers_of(driver, among=inner) == set()


def test_only_the_core_and_one_named_place_import_the_database_driver() -> None:
    outside = {name for name in importers_of("asyncpg") if not name.startswith("hub/core/")}
    assert outside <= {"hub/trading/devices/service.py"}  # it tells a unique violation from other errors


def test_a_room_reads_its_own_store_and_no_other() -> None:
    for path in HUB.rglob("*.py"):
        room = ".".join(path.relative_to(ROOT).parts[:-1])
        for module in _imported(ast.parse(path.read_text())):
            if module.endswith(".store"):
                assert module == f"{room}.store", f"{path}: {module}"


def test_rules_do_not_await_and_read_no_clock() -> None:
    for path in HUB.rglob("rules.py"):
        tree = ast.parse(path.read_text())
        assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree)), path
        assert not any("clock" in module for module in _imported(tree)), path


def test_handlers_have_six_lines_at_most() -> None:
    for path in HUB.rglob("api.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.AsyncFunctionDef):
                lines = sum((each.end_lineno or 0) - each.lineno + 1 for each in node.body[1:])
                assert lines <= 6, f"{path}: {node.name}"
