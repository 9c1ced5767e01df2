"""The scenarios with their options, as the command line asks for them."""

from workers.loadtest.run import Plan
from workers.loadtest.scenarios.day import day
from workers.loadtest.scenarios.fanout import fanout
from workers.loadtest.scenarios.ingest import ingest
from workers.loadtest.scenarios.park import park
from workers.loadtest.scenarios.storm import storm


def fanout_plan(sockets: int, rate: float, seconds: float) -> Plan:
    return Plan(
        "fanout",
        {"sockets": sockets, "rate": rate, "seconds": seconds},
        lambda scene, _: fanout(scene, sockets=sockets, rate=rate, seconds=seconds),
        sockets,
    )


def storm_plan(sockets: int, missed: int) -> Plan:
    return Plan(
        "storm",
        {"sockets": sockets, "missed": missed},
        lambda scene, _: storm(scene, sockets=sockets, missed=missed),
        sockets,
        grace=60,
    )


def park_plan(polls: int, terminals: int, rounds: int) -> Plan:
    return Plan(
        "park",
        {"polls": polls, "terminals": terminals, "rounds": rounds},
        lambda scene, stage: park(scene, polls=polls, rounds=rounds, parked=stage.parked),
        polls,
        terminals,
    )


def ingest_plan(rate: float, seconds: float, burst: int) -> Plan:
    return Plan(
        "ingest",
        {"rate": rate, "seconds": seconds, "burst": burst},
        lambda scene, _: ingest(scene, rate=rate, seconds=seconds, burst=burst),
    )


def day_plan(sockets: int, terminals: int, rate: float, reads: float, seconds: float) -> Plan:
    return Plan(
        "day",
        {"sockets": sockets, "terminals": terminals, "rate": rate, "reads": reads, "seconds": seconds},
        lambda scene, _: day(scene, sockets=sockets, rate=rate, reads=reads, seconds=seconds),
        sockets,
        terminals,
    )
