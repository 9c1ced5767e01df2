"""Benchmarks: every module has `run() -> list[dict]` and prints its table as `python -m bench.NAME`."""
