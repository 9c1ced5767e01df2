"""A real Prometheus with our configuration, which scrapes one hub every second."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

from hub.core.embedded.process import free_port
from tests.hubs import until

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
KINDS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


class Prometheus(Struct, frozen=True):
    """Its HTTP API."""

    url: str
    http: aiohttp.ClientSession

    async def get(self, path: str, **params: str) -> Any:
        """The `data` of an answer, or an error with what Prometheus said."""
        async with self.http.get(f"{self.url}/api/v1/{path}", params=params) as response:
            answer = await response.json()
        if answer["status"] != "success":
            raise ValueError(answer["error"])
        return answer["data"]

    async def query(self, expression: str) -> list[Any]:
        return list((await self.get("query", query=expression))["result"])

    async def rules(self) -> list[dict[str, Any]]:
        return [rule for group in (await self.get("rules"))["groups"] for rule in group["rules"]]

    async def labels(self) -> dict[str, set[str]]:
        """Every metric name there is, also of families without a series yet, with the labels of its series."""
        known: dict[str, set[str]] = {}
        for family, [about, *_] in (await self.get("metadata")).items():
            for suffix in KINDS.get(about["type"], ("",)):
                known[family + suffix] = set()
        for series in await self.get("series", **{"match[]": '{__name__=~".+"}'}):
            known.setdefault(series["__name__"], set()).update(series.keys() - {"__name__"})
        return known

    async def settled(self) -> bool:
        """Whether it has scraped a few times since it began, and evaluated every rule."""
        scraped = await self.query('count_over_time(up{job="caerus-hub"}[1m])')
        often = bool(scraped) and float(scraped[0]["value"][1]) >= 4
        return often and all(rule["health"] != "unknown" for rule in await self.rules())


@asynccontextmanager
async def scraping(ops_url: str, folder: Path) -> AsyncIterator[Prometheus]:
    """Prometheus as `dashboards/` configures it, but for its pace and its target."""
    port = free_port()
    process = await _start(ops_url, folder, port)
    try:
        async with aiohttp.ClientSession() as http:
            prometheus = Prometheus(f"http://127.0.0.1:{port}", http)
            await until(lambda: _listens(port), seconds=30)
            await until(prometheus.settled, seconds=60)
            yield prometheus
    finally:
        process.terminate()
        await process.wait()


async def _start(ops_url: str, folder: Path, port: int) -> asyncio.subprocess.Process:
    shutil.copytree(DASHBOARDS / "rules", folder / "rules")
    text = (DASHBOARDS / "prometheus.yml").read_text()
    for ours, here in (
        ("127.0.0.1:8001", urlsplit(ops_url).netloc),
        ("127.0.0.1:8002", f"127.0.0.1:{free_port()}"),
        ("127.0.0.1:8003", f"127.0.0.1:{free_port()}"),
        ("_interval: 15s", "_interval: 1s"),
        ("scrape_timeout: 10s", "scrape_timeout: 1s"),
    ):
        assert ours in text, f"prometheus.yml has no {ours}"
        text = text.replace(ours, here)
    (folder / "prometheus.yml").write_text(text)
    with (folder / "log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            "prometheus",
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )


async def _listens(port: int) -> bool:
    try:
        async with aiohttp.request("GET", f"http://127.0.0.1:{port}/-/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
