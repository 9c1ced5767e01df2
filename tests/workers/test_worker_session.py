"""The worker's sessions keep no plans: its sweeps meet tables that were empty a moment ago."""

import pytest

from hub.core.embedded import Endpoints
from hub.core.resources import Resources
from hub.core.settings import Settings
from workers import jobs


async def test_a_worker_plans_anew_each_time(
    settings: Settings, servers: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def looked_at(res: Resources, *_: object) -> None:
        [row] = await res.db.fetch("show plan_cache_mode")
        seen.append(row["plan_cache_mode"])

    monkeypatch.setattr(jobs.jobs, "work", looked_at)
    await jobs.run(settings, servers.dsn, servers.redis_url)
    assert seen == ["force_custom_plan"]
