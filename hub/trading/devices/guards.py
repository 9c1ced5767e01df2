"""The guard of device calls: HMAC over the canonical string, nonce required."""

from uuid import UUID

from starlette.requests import Request

from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.resources import Resources
from hub.core.security import signatures
from hub.trading.devices import service


async def _check(request: Request) -> Principal:
    res: Resources = request.state["resources"]
    signed = await signatures.read(request, "x-device-id", nonce_required=True)
    try:
        key = await service.find(res, UUID(signed.id))
    except ValueError:
        raise Unauthenticated from None
    if key is None or (secret := service.secret(res, key)) is None:
        raise Unauthenticated
    signatures.check(signed, secret, skew=res.settings.security.hmac_timestamp_skew_seconds)
    await res.nonces.use(signed)
    await service.seen(res, key)
    return Principal("device", str(key.id), key.user_id, "device")


device = Guard("device", "device", _check)
