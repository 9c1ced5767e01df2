"""`make bench`: every measurement, one after another, each with its peer in the same run.

`python -m bench NAME --help` tells of the options of one that has some (`fanout`, `sockets`, `storm`).
"""

import importlib
import sys

from bench.timing import show

BENCHES = (
    "kernels",
    "fib_rsi",
    "ingest",
    "stream",
    "guards",
    "sealing",
    "logins",
    "tracing",
    "reconcile",
    "risk",
    "closing",
    "copying",
    "looks",
    "positions",
    "charts",
    "journal",
    "replay",
)
WITH_OPTIONS = ("fanout", "sockets", "storm")


def main(arguments: list[str]) -> None:
    """All, or the named ones; or one with its options."""
    if arguments and arguments[0] in WITH_OPTIONS:
        importlib.import_module(f"bench.{arguments[0]}").main(arguments[1:])
        return
    if unknown := set(arguments) - set(BENCHES):
        known = ", ".join(BENCHES + WITH_OPTIONS)
        sys.exit(f"No bench called {', '.join(sorted(unknown))}; there are {known}.")
    for name in arguments or BENCHES:
        show(name, importlib.import_module(f"bench.{name}").run())
    if not arguments:
        for name in WITH_OPTIONS:
            importlib.import_module(f"bench.{name}").main([])


if __name__ == "__main__":
    main(sys.argv[1:])
