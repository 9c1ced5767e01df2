"""`python -m tests.chaos [rounds] [seed]`: rounds of chaos, a line each, and what came of them all."""

import asyncio
import logging
import random
import sys
import time
from collections import Counter

import structlog

from tests.chaos.faults import FAULTS, shares
from tests.chaos.rounds import Outcome, play
from tests.chaos.stream_model import KINDS
from tests.chaos.world import stack, world
from workers.up.stack import Stack


async def _run(servers: Stack, rounds: int, seed: int, only: list[str]) -> list[Outcome]:
    chance, outcomes = random.Random(seed), []
    deck = only * rounds if only else shares(rounds, chance)
    async with world(servers, seed) as made:
        for number, name in enumerate(deck[:rounds], start=1):
            more = [chance.choice(list(FAULTS))] if not only and chance.random() < 0.4 else []
            outcomes.append(await play(made, name, *more))
            print(f"{number:>4}/{rounds} {outcomes[-1].line()}", flush=True)
            for breach in outcomes[-1].breaches[:10]:
                print(f"     {breach.kind}: {breach.who} {breach.topic}: {breach.detail}", flush=True)
    return outcomes


def main() -> int:
    """The exit code: 1 when anything was lost, doubled, leaked, out of order or changed, or ended by itself."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2] else random.SystemRandom().randrange(10**6)
    print(
        f"{rounds} rounds, seed {seed} (again: make chaos CHAOS_ROUNDS={rounds} CHAOS_SEED={seed})",
        flush=True,
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.monotonic()
    with stack() as servers:
        outcomes = asyncio.run(_run(servers, rounds, seed, sys.argv[3:]))
    return _summary(outcomes, time.monotonic() - began, seed)


def _summary(outcomes: list[Outcome], seconds: float, seed: int) -> int:
    kinds = Counter(breach.kind for outcome in outcomes for breach in outcome.breaches)
    faults = Counter(name for outcome in outcomes for name in outcome.faults)
    codes: Counter[int] = Counter()
    for outcome in outcomes:
        codes.update(outcome.codes)
    print(f"\n{len(outcomes)} rounds in {seconds:.0f} s, seed {seed}")
    print("faults   ", ", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    for what in ("events", "deliveries", "resumes", "snapshots", "refusals"):
        print(f"{what:<10}{sum(getattr(outcome, what) for outcome in outcomes):>9}")
    print("closes   ", ", ".join(f"{code}: {count}" for code, count in sorted(codes.items())))
    print(f"lag       {max(outcome.lag for outcome in outcomes):.2f} s at most")
    print("          " + ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS))
    died = Counter(name for outcome in outcomes for name in outcome.died)
    if died:
        print("died by themselves: " + ", ".join(f"{name} {count}" for name, count in sorted(died.items())))
    if kinds or died:
        print(f"FAILED with seed {seed}")
    return int(bool(kinds or died))


if __name__ == "__main__":
    sys.exit(main())
