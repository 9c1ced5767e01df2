"""What the owner must hear of from a trader, which has no database: kept in a file beside the spool until it is told.

A trader that is killed between a message and its mark sends that one message twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import structlog
from caerus_client.drain import Alert
from caerus_client.durable import DurableFile

from hub.core.alerts.deliver import AGAIN, deliver
from hub.core.alerts.telegram import NotSent, Telegram

MOST_KEPT = 1_000
IDLE_SECONDS = 1.0
_SHORTEST_SECONDS = 0.5
log = structlog.get_logger("caerus.trader")
SCHEMA = """
create table if not exists alerts (id integer primary key autoincrement, kind text not null, text text not null);
create table if not exists kinds (kind text primary key, next_at real not null);
"""
DUE = """
select a.kind from alerts a left join kinds k using (kind)
where coalesce(k.next_at, 0) <= ? group by a.kind order by min(a.id) limit 1
"""
LATER = "insert into kinds values (?, ?) on conflict (kind) do update set next_at = excluded.next_at"


class AlertFile(DurableFile):
    """Alerts that nobody was told of yet, and when the next message of a kind may go (Unix seconds)."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, SCHEMA)

    def put(self, kind: str, text: str) -> None:
        """Keep it, and the newest of all."""
        with self.transaction() as db:
            db.execute("insert into alerts (kind, text) values (?, ?)", (kind, text))
            db.execute("delete from alerts where id <= (select max(id) from alerts) - ?", (MOST_KEPT,))

    def due(self, now: float) -> tuple[str, list[tuple[int, str]]] | None:
        """The kind whose turn it is, with its ids and texts, oldest first."""
        found = self.rows(DUE, now)
        if not found:
            return None
        kind = str(found[0][0])
        return kind, [
            (int(id), str(text))
            for id, text in self.rows("select id, text from alerts where kind = ? order by id", kind)
        ]

    def told(self, kind: str, up_to: int, next_at: float) -> None:
        """They arrived, up to this id."""
        with self.transaction() as db:
            db.execute("delete from alerts where kind = ? and id <= ?", (kind, up_to))
            db.execute(LATER, (kind, next_at))


class OwnerAlerts:
    """`add` is a client's `on_alert`; `run` sends until cancelled. `window`: seconds between two messages of a kind.

    Without a chat nothing is kept: nobody is told.
    """

    def __init__(self, file: AlertFile, telegram: Telegram | None, who: str, window: float) -> None:
        self._file, self._telegram, self._who, self._window = file, telegram, who, window
        self._wake, self._emptied = asyncio.Event(), asyncio.Event()
        self._failures, self._ending = 0, False

    async def add(self, alert: Alert) -> None:
        """It is on the disk when this returns."""
        if self._telegram:
            await asyncio.to_thread(self._file.put, f"trader.{alert.kind}", f"{self._who}: {alert.text}")
            self._wake.set()

    async def run(self) -> None:
        """Send what is due, and what comes. A file that cannot be read does not end a trader."""
        while self._telegram:
            self._wake.clear()
            ending = self._ending
            try:
                pause = await self._send(self._telegram, float("inf") if ending else time.time())
            except sqlite3.Error:
                log.exception("alerts.file_failed")
                pause = AGAIN.delay
            if ending and not pause:
                self._emptied.set()
            await (asyncio.sleep(pause) if pause else self._idle())

    async def flushed(self, seconds: float) -> None:
        """At the end of a trader, with `run` beside it: whatever waits is sent, but for no longer than this."""
        if not self._telegram:
            return
        self._ending = True
        self._wake.set()
        try:
            async with asyncio.timeout(seconds):
                await self._emptied.wait()
        except TimeoutError:
            log.warning("alerts.left", action="they are sent when the trader is started again")

    async def _send(self, telegram: Telegram, now: float) -> float:
        """The messages that are due; how long to wait when one did not arrive."""
        while found := await asyncio.to_thread(self._file.due, now):
            if pause := await self._deliver(telegram, *found):
                return pause
        return 0.0

    async def _deliver(self, telegram: Telegram, kind: str, rows: list[tuple[int, str]]) -> float:
        try:
            await deliver(telegram, kind, [text for _, text in rows])
        except NotSent as error:
            self._failures += 1
            return max(error.wait, AGAIN.pause(self._failures), _SHORTEST_SECONDS)
        self._failures = 0
        await asyncio.to_thread(self._file.told, kind, rows[-1][0], time.time() + self._window)
        return 0.0

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
