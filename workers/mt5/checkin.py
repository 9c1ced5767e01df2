"""Preflight: what a gateway's terminal is, told to the hub before it trades and in time for a certificate to go on."""

import asyncio
from collections.abc import Sequence

import structlog
from caerus_client.device import DeviceClient
from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.preflight import PreflightAnswer, PreflightReport, PreflightSymbol
from caerus_client.snapshots import Counting
from caerus_client.times import rfc3339

from workers.mt5.errors import UnknownSymbol
from workers.mt5.fates import number
from workers.mt5.models import Fillings, SymbolInfo
from workers.mt5.post import AWAY, Post

log = structlog.get_logger("caerus.mt5")

CHECK_SECONDS, MEND_SECONDS, AGAIN_SECONDS = 43_200.0, 600.0, 30.0


class CheckIn:
    """Of `symbols`, the broker's names, those that it lists."""

    def __init__(self, post: Post, client: DeviceClient, symbols: Sequence[str]) -> None:
        self._post, self._client, self._symbols = post, client, list(dict.fromkeys(symbols))
        self._seq, self._said = Counting(), ""

    async def run(self) -> None:
        """Until cancelled."""
        wait = 0.0
        while True:
            await asyncio.sleep(wait)
            wait = await self.report()

    async def report(self) -> float:
        """One report; the seconds until the next."""
        try:
            answer = await self._client.preflight(await self._report())
        except ApiProblem as problem:
            # 404: the owner has not linked the account
            self._say(f"the hub did not take it: {problem}")
            return AGAIN_SECONDS if problem.status in (404, 429) or problem.status >= 500 else MEND_SECONDS
        except (Unreachable, *AWAY) as error:
            self._say(f"not sent: {type(error).__name__}")
            return AGAIN_SECONDS
        self._say(_found(answer))
        blocked = any(each.severity == "block" for each in answer.findings)
        return MEND_SECONDS if blocked else CHECK_SECONDS

    def _say(self, text: str) -> None:
        """When it is news."""
        if text != self._said:
            log.info("mt5.preflight", account=self._post.name, found=text)
        self._said = text

    async def _report(self) -> PreflightReport:
        found, account = await self._post.ready(), await self._post.account()
        now = self._client.clock()
        return PreflightReport(
            seq=self._seq.next(now),
            time=rfc3339(now),
            server=account.server,
            login=str(account.login),
            currency=account.currency,
            mode=account.mode,
            kind=account.kind,
            leverage=account.leverage,
            connected=found.connected,
            trade_allowed=account.trade_allowed,
            algo_allowed=found.algo_allowed,
            symbols=tuple(await self._listed()),
            skew_ms=int(self._client.clock.offset.total_seconds() * 1000),
        )

    async def _listed(self) -> list[PreflightSymbol]:
        found = []
        for name in self._symbols:
            try:
                found.append(symbol_of(await self._post.terminal.symbol(name)))
            except UnknownSymbol:
                continue
        return found


def symbol_of(info: SymbolInfo) -> PreflightSymbol:
    taken = {"fok": Fillings.FOK, "ioc": Fillings.IOC}
    return PreflightSymbol(
        name=info.name,
        contract_size=number(info.contract_size),
        digits=info.digits,
        tick_size=number(info.tick_size),
        tick_value=number(info.tick_value),
        volume_min=number(info.volume_min),
        volume_step=number(info.volume_step),
        volume_max=number(info.volume_max),
        stops_level=info.stops_level,
        filling=tuple(name for name, flag in taken.items() if flag in info.fillings),  # type: ignore[misc]
        trade_mode=info.trade_mode,
        profit_currency=info.profit_currency,
    )


def _found(answer: PreflightAnswer) -> str:
    found = [
        f"{each.severity}: {each.instrument or each.symbol or 'account'}: {each.mend}"
        for each in answer.findings
    ]
    return "; ".join(found) or "passed"
