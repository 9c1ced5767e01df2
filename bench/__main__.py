"""`make bench`: every measurement, one after another, each with its peer in the same run."""

import importlib
import sys

from bench.timing import show

BENCHES = ("kernels", "fib_rsi", "ingest", "stream", "guards", "logins", "replay")


def main(names: list[str]) -> None:
    """All, or the named ones."""
    if unknown := set(names) - set(BENCHES):
        sys.exit(f"No bench called {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}.")
    for name in names or BENCHES:
        show(name, importlib.import_module(f"bench.{name}").run())


if __name__ == "__main__":
    main(sys.argv[1:])
