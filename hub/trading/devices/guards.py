"""The guard of device calls: HMAC over the canonical string, nonce required.

What is open outlives a lock: the terminals of a person who is locked out go on telling of it and closing it, and nothing else.
"""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct
from prometheus_client import Counter
from starlette.requests import Request

from hub.core import clock
from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.resources import Resources
from hub.core.security import signatures
from hub.core.security.signatures import Signed
from hub.trading.devices import service
from hub.trading.devices.models import CallerKey, Version

_WHILE_LOCKED = frozenset({"poll", "ack", "snapshot"})
_MILLISECOND = timedelta(milliseconds=1)
_requests = Counter("ea_requests_total", "Calls of terminals", ["endpoint"])
_errors = Counter("ea_errors_total", "Calls of terminals that were refused at the door", ["endpoint"])


class _Caller(Struct, frozen=True):
    """A device as it called: `newest` if it has proven its newest key while the one before was good too."""

    key: CallerKey
    skew_ms: int | None = None
    newest: bool = False


def _endpoint(request: Request) -> str:
    name: str = request.scope["route"].path.rpartition("/")[2]
    return name


async def _check(request: Request) -> Principal:
    _requests.labels(_endpoint(request)).inc()
    res: Resources = request.state["resources"]
    if not res.settings.security.hmac_device_required and signatures.is_unsigned(request):
        caller = _Caller(await _known(res, request.headers.get("x-device-id", "")))
    else:
        signed = await signatures.read(request, "x-device-id", nonce_required=True)
        caller = await _proven(res, signed)
        signatures.once(request, signed)
    if caller.key.locked and _endpoint(request) not in _WHILE_LOCKED:
        raise Unauthenticated
    request.scope["caerus.device"] = caller
    return Principal("device", str(caller.key.id), caller.key.user_id, "device")


async def _admitted(request: Request, _: Principal) -> None:
    """A replay gets nowhere near: it would be a sign of life that nobody gave."""
    res: Resources = request.state["resources"]
    caller: _Caller = request.scope["caerus.device"]
    if caller.newest:
        await service.used(res, caller.key)
    await service.seen(res, caller.key, caller.skew_ms)


def _refused(request: Request) -> None:
    _errors.labels(_endpoint(request)).inc()


async def _proven(res: Resources, signed: Signed) -> _Caller:
    key = await _known(res, signed.id)
    versions = key.versions(clock.now())
    proven = next((version for version in versions if _fits(res, key, version, signed)), None)
    if proven is None:
        raise Unauthenticated
    newest = proven is versions[0] and len(versions) > 1
    return _Caller(key, signed.skew() // _MILLISECOND, newest)


def _fits(res: Resources, key: CallerKey, version: Version, signed: Signed) -> bool:
    secret = service.secret(res, key, version)
    try:
        if secret is None:
            return False
        signatures.check(signed, secret, skew=res.settings.security.hmac_timestamp_skew_seconds)
    except Unauthenticated:
        return False
    return True


async def _known(res: Resources, id: str) -> CallerKey:
    """Of a device that may call. Alone it proves nothing: `HMAC_DEVICE_REQUIRED=false` is for development."""
    try:
        key = await service.find(res, UUID(id))
    except ValueError:
        raise Unauthenticated from None
    if key is None:
        raise Unauthenticated
    return key


device = Guard("device", "device", _check, admitted=_admitted, refused=_refused)
