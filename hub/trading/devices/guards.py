"""The guard of device calls: HMAC over the canonical string, nonce required."""

from datetime import timedelta
from uuid import UUID

from prometheus_client import Counter
from starlette.requests import Request

from hub.core import clock
from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.core.problems import Problem, Unauthenticated
from hub.core.resources import Resources
from hub.core.security import signatures
from hub.core.security.signatures import Signed
from hub.trading.devices import service
from hub.trading.devices.models import DeviceKey, Version

_MILLISECOND = timedelta(milliseconds=1)
_requests = Counter("ea_requests_total", "Calls of terminals", ["endpoint"])
_errors = Counter("ea_errors_total", "Calls of terminals that were refused at the door", ["endpoint"])


async def _check(request: Request) -> Principal:
    endpoint = request.scope["route"].path.rpartition("/")[2]
    _requests.labels(endpoint).inc()
    try:
        return await _caller(request)
    except Problem:
        _errors.labels(endpoint).inc()
        raise


async def _caller(request: Request) -> Principal:
    res: Resources = request.state["resources"]
    if not res.settings.security.hmac_device_required and signatures.is_unsigned(request):
        key, skew_ms = await _known(res, request.headers.get("x-device-id", "")), None
    else:
        signed = await signatures.read(request, "x-device-id", nonce_required=True)
        key, skew_ms = await _proven(res, signed), signed.skew() // _MILLISECOND
    await service.seen(res, key, skew_ms)
    return Principal("device", str(key.id), key.user_id, "device")


async def _proven(res: Resources, signed: Signed) -> DeviceKey:
    key = await _known(res, signed.id)
    versions = key.versions(clock.now())
    proven = next((version for version in versions if _fits(res, key, version, signed)), None)
    if proven is None:
        raise Unauthenticated
    await res.nonces.use(signed)
    if proven is versions[0] and len(versions) > 1:
        await service.used(res, key)
    return key


def _fits(res: Resources, key: DeviceKey, version: Version, signed: Signed) -> bool:
    secret = service.secret(res, key, version)
    try:
        if secret is None:
            return False
        signatures.check(signed, secret, skew=res.settings.security.hmac_timestamp_skew_seconds)
    except Unauthenticated:
        return False
    return True


async def _known(res: Resources, id: str) -> DeviceKey:
    """Of a device that may call. Alone it proves nothing: `HMAC_DEVICE_REQUIRED=false` is for development."""
    try:
        key = await service.find(res, UUID(id))
    except ValueError:
        raise Unauthenticated from None
    if key is None:
        raise Unauthenticated
    return key


device = Guard("device", "device", _check)
