"""The MT5 gateway as a process: terminals of this machine, and Redis. It needs no database and none of the hub's keys."""

import asyncio
import hashlib
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog

from hub.core.nursery import Nursery
from hub.core.redis import Redis, RedisError, open_redis
from hub.core.secrets import Secrets
from hub.core.settings import Settings
from hub.trading.accounts.gateways import Place
from workers.mt5.courier import Courier
from workers.mt5.desk import Desk
from workers.mt5.device import device_of
from workers.mt5.errors import NoGateway
from workers.mt5.gateway import Gateway
from workers.mt5.journal import Journal
from workers.mt5.keep import EVERY_SECONDS
from workers.mt5.login import Login
from workers.mt5.package import PackageDriver
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings
from workers.mt5.terminal import Driver

log = structlog.get_logger("caerus.mt5")

Drivers = Callable[[Place], Driver]


async def run(
    settings: Settings,
    redis_url: str,
    drivers: Drivers,
    *,
    most: int = 1,
    every: float = EVERY_SECONDS,
) -> None:
    """Serve the accounts of `MT5_ACCOUNTS` until cancelled; SIGHUP has the secrets read again.

    `drivers` makes the terminal of an account; so many accounts, at `most`, can be driven in one process. Each
    session is looked after `every` so many seconds.
    """
    mt5 = Mt5Settings()
    if len(mt5.names) > most:
        raise NoGateway(
            "The package MetaTrader5 drives one terminal a process. Start a gateway for each account: "
            "MT5_ACCOUNTS with its name alone, and a path of its own in MT5_NAME_PATH."
        )
    async with AsyncExitStack() as stack:
        secrets = await stack.enter_async_context(_secrets(settings))
        redis = await stack.enter_async_context(_redis(redis_url, len(mt5.names)))
        desks = [await _desk(name, settings, mt5, secrets, redis, drivers, stack) for name in mt5.names]
        if len({str(desk.place) for desk in desks}) < len(desks):
            raise NoGateway("Two names in MT5_ACCOUNTS are the same account: see their MT5_NAME_LOGIN.")
        executing = [desk.device for desk in desks if desk.device]
        if len(set(executing)) < len(executing):
            raise NoGateway("Two names in MT5_ACCOUNTS are the same device: register one for each account.")
        log.info("gateway.started", accounts=[name or "main" for name in mt5.names])
        async with asyncio.TaskGroup() as group:
            for desk in desks:
                group.create_task(desk.run(every))


async def _desk(
    name: str,
    settings: Settings,
    mt5: Mt5Settings,
    secrets: Secrets,
    redis: Redis,
    drivers: Drivers,
    stack: AsyncExitStack,
) -> Desk:
    place = await Login(secrets, name).place()
    device = device_of(secrets, name, mt5.hub_url)
    folder, driver = _folder(settings.app.home), drivers(place)
    if isinstance(driver, PackageDriver):
        driver.keep_zone(_file(folder, place).with_suffix(".zone"))
    gateway = Gateway(driver, deadline=mt5.deadline_seconds, name=f"mt5-{name or 'main'}", only=place)
    stack.callback(gateway.close)
    journal = stack.enter_context(Journal(_file(folder, place)))
    session = SessionManager(gateway, secrets, mt5, name=name)
    sender = Sender(gateway, journal, settle=mt5.settle_seconds, place=place)
    courier = None if device is None else Courier(device, redis, place, session, sender, mt5, folder)
    return Desk(redis, place, session, sender, mt5.quoted, courier)


def _folder(home: Path) -> Path:
    folder = home / "mt5"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _file(folder: Path, place: Place) -> Path:
    """An account's journal; its name tells nobody which account it is."""
    return folder / f"{hashlib.sha256(str(place).encode()).hexdigest()[:16]}.db"


@asynccontextmanager
async def _secrets(settings: Settings) -> AsyncIterator[Secrets]:
    """Read, and kept fresh."""
    secrets, nursery = Secrets(settings.app), Nursery()
    await secrets.refresh()
    nursery.start(secrets.keep_fresh(), name="secrets")
    with suppress(NotImplementedError):  # Windows has no SIGHUP: there the cache's age alone counts
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, secrets.refresh_soon)
    try:
        yield secrets
    finally:
        await nursery.close()


@asynccontextmanager
async def _redis(url: str, accounts: int) -> AsyncIterator[Redis]:
    """One that answers. Each account waits in a call of its own."""
    redis = open_redis(url, connections=4 + 4 * accounts, timeout=10)
    try:
        try:
            await redis.ping()
        except RedisError as error:
            raise NoGateway(f"Redis cannot be used ({type(error).__name__}): see REDIS_URL.") from None
        yield redis
    finally:
        await redis.aclose()
