"""Prometheus samples: of this process, and of one that serves them. A key reads `name{label=value}`."""

import aiohttp
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

Samples = dict[str, float]
_OTHERS = ("_created", "_bucket", "_sum")


def read(text: str) -> Samples:
    """Counters and the counts of histograms; sums, buckets and birth dates are left out."""
    return {
        _key(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(_OTHERS)
    }


def _key(name: str, labels: dict[str, str]) -> str:
    shown = ",".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{name}{{{shown}}}" if shown else name


def here() -> Samples:
    """Of this process, now."""
    return read(generate_latest().decode())


def moved(before: Samples, *names: str) -> Samples:
    """What changed here since `before`, and by how much, of the metrics of these names."""
    changed = {key: value - before.get(key, 0.0) for key, value in here().items() if _name(key) in names}
    return {key: by for key, by in changed.items() if by}


def _name(key: str) -> str:
    return key.partition("{")[0].removesuffix("_count")


async def scrape(port: int) -> Samples | None:
    """Of the process with this ops port, None while nobody listens there."""
    answer = await ask(port, "/metrics")
    return None if answer is None else read(answer[1])


async def ask(port: int, path: str) -> tuple[int, str] | None:
    """Status and text of an answer."""
    try:
        async with aiohttp.request("GET", f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()
    except (aiohttp.ClientError, OSError):
        return None
