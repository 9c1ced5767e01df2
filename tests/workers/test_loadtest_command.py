"""`caerus loadtest` as a process, against a throw-away hub and against one that stands elsewhere."""

import msgspec
import pytest

from hub.core.settings import Settings
from tests.hubs import running_hub
from tests.processes import start

SMALL = ("fanout", "--sockets", "20", "--rate", "20", "--seconds", "1")


async def run(*args: str, env: dict[str, str] | None = None) -> tuple[int | None, str]:
    process = await start("loadtest", *args, env=env or {})
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_clean_run_ends_with_0_and_leaves_its_figures(tmp_path):
    files = ("--json", str(tmp_path / "f.json"), "--report", str(tmp_path / "f.html"))
    code, said = await run(*SMALL, *files)
    assert code == 0, said
    found = msgspec.json.decode((tmp_path / "f.json").read_bytes())
    assert (found["expected"], found["delivered"], found["lost"]) == (400, 400, 0)
    assert found["server"]["rss_mb"] > 10
    assert "<svg" in (tmp_path / "f.html").read_text()


@pytest.fixture(scope="module")
async def elsewhere(settings, servers):
    async with running_hub(settings, servers.dsn, servers.redis_url) as running:
        yield running


async def test_a_hub_elsewhere_is_tested_with_identities_prepared_there(
    tmp_path, elsewhere, servers, settings: Settings
):
    file = tmp_path / "who.json"
    there = {"DB_DSN": servers.dsn, "REDIS_URL": servers.redis_url, "CAERUS_HOME": str(settings.app.home)}
    code, said = await run("prepare", str(file), "--people", "5", "--terminals", "2", env=there)
    assert code == 0, said
    where = ("--target", elsewhere.base_url, "--identities", str(file))
    code, said = await run(*SMALL, *where, "--json", str(tmp_path / "f.json"), "--max-p99-ms", "0.001")
    assert code == 1, said
    assert "is over 0.001 ms" in said
    found = msgspec.json.decode((tmp_path / "f.json").read_bytes())
    assert (found["expected"], found["lost"], found["server"]) == (400, 0, None)
    code, said = await run("day", "--terminals", "3", *where)
    assert code == 1
    assert "has 2 terminals; day needs 3" in " ".join(said.split())


async def test_a_hub_that_is_not_there_is_a_sentence(tmp_path):
    code, said = await run(*SMALL, "--target", "http://127.0.0.1:1")
    assert code == 1
    assert "--target needs --identities" in said
