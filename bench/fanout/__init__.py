"""`python -m bench fanout`: CPU and delay of a broadcast to many sockets, peers beside us in the same run."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from bench import cores
from bench.fanout.modes import Measured, Mode, measure, medians
from bench.fanout.servers import NAMES, Server, all_of
from bench.fanout.targets import Rounds, ratio, targets
from bench.figures import parser, show_targets

LATENCY = ("caerus", "c")
MOST_OTHERS = 0.1


def main(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Measure in rounds, print, and give the medians."""
    options = _options(arguments)
    if unknown := set(options.peers.split(",")) - set(NAMES):
        sys.exit(f"No peer called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    names = [name for name in NAMES if name in options.peers.split(",") or name == "caerus"]
    cores.generator()
    rounds: Rounds = []
    with all_of(names, max(options.sockets, options.many)) as servers:
        for number in range(options.rounds):
            rounds.append(_round(servers, number, options))
            if options.rounds > 1:
                _show(rounds[-1:], f"round {number + 1} of {options.rounds}")
    rows = _show(rounds, f"fan-out, medians of {options.rounds} rounds" if options.rounds > 1 else "fan-out")
    if options.json:
        with open(options.json, "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(rounds), indent=1) + b"\n")
    return rows


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    of = parser("fanout", __doc__)
    of.add_argument("--rounds", type=int, default=5)
    of.add_argument("--peers", default=",".join(NAMES), help="of " + ",".join(NAMES))
    of.add_argument("--sockets", type=int, default=1_000)
    of.add_argument("--many", type=int, default=5_000, help="sockets at 4 events a second; 0: leave out")
    of.add_argument("--seconds", type=float, default=3, help="of each measurement")
    of.add_argument("--modes", default="one,win:4,burst:64,20/s,many,rest")
    of.add_argument("--json", help="write every round to this file")
    of.add_argument("--quick", action="store_true", help="2 rounds of 1 s")
    found = of.parse_args(arguments)
    if found.quick:
        found.rounds, found.seconds = min(found.rounds, 2), min(found.seconds, 1)
    return found


def _modes(options: argparse.Namespace, server: str) -> list[list[Mode]]:
    """Modes with as many sockets stand together."""
    sockets, many = options.sockets, options.many
    few = [
        Mode("one", sockets, outstanding=1),
        Mode("win:4", sockets, outstanding=4),
        Mode("burst:64", sockets, outstanding=1, at_once=64),
        Mode("20/s", sockets, rate=20),
    ]
    wanted = options.modes.split(",")
    latency = [Mode(f"{many} 4/s", many, rate=4)] if "many" in wanted else []
    groups = [[mode for mode in few if mode.name in wanted]]
    if many and server in LATENCY:
        groups.append(latency)
        if "rest" in wanted and server == "caerus":
            groups.append([Mode(f"{many} 4/s, REST", many, rate=4, rest=True)])
    return [group for group in groups if group]


def _round(servers: list[Server], number: int, options: argparse.Namespace) -> list[Measured]:
    at, rows = number % len(servers), []
    for server in servers[at:] + servers[:at]:
        server.go()
        for group in _modes(options, server.name):
            seconds = options.seconds * (2 if group[0].rate else 1)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rows += runner.run(measure(server, group, seconds))
        server.pause()
    return rows


def _show(rounds: Rounds, title: str) -> list[dict[str, Any]]:
    console, flat = Console(width=150), [row for rows in rounds for row in rows]
    figures = {
        name: medians(flat, name) for name in ("cpu", "rate", "p50", "p99", "generator", "others", "rest_p99")
    }
    table = Table(title=title)
    for column in (
        "mode",
        "server",
        "CPU us/message",
        "messages/s",
        "p50 ms",
        "p99 ms",
        "generator",
        "others",
    ):
        table.add_column(column, justify="left" if column in ("mode", "server") else "right")
    for column in ("ours / it", "clean"):
        table.add_column(column, justify="right")
    rows, last = [], ""
    for server, mode in sorted(figures["cpu"], key=_order):
        values = {name: by[server, mode] for name, by in figures.items()}
        clean = all(row.clean for row in flat if (row.server, row.mode) == (server, mode))
        to = ratio(rounds, mode, server)
        table.add_row(
            mode if mode != last else "", NAMES[server], f"{values['cpu']:.2f}", f"{values['rate']:,.0f}",
            f"{values['p50']:.2f}", f"{values['p99']:.2f}", f"{values['generator']:.0%}", f"{values['others']:.0%}",
            f"{to:.2f}" if to else "", "yes" if clean else "LOST",
            end_section=False,
        )  # fmt: skip
        last = mode
        rows.append({"mode": mode, "server": server, "clean": clean} | values)
    console.print(table)
    if max(figures["others"].values()) > MOST_OTHERS:
        console.print(
            f"[yellow]Others took up to {max(figures['others'].values()):.0%} of the server's core: this machine is "
            "busy. Delays are noise then; CPU a message, and ratios to a peer in the same round, less so.[/]"
        )
    show_targets(targets(rounds))
    return rows


def _order(key: tuple[str, str]) -> tuple[int, int]:
    server, mode = key
    modes = ("one", "win:4", "burst:64", "20/s")
    return (modes.index(mode) if mode in modes else 9 + len(mode)), list(NAMES).index(server)
