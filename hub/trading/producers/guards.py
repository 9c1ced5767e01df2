"""The guard of producer calls: HMAC over the canonical string."""

from starlette.requests import Request

from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.resources import Resources
from hub.core.security import signatures
from hub.trading.producers import service


async def _check(request: Request) -> Principal:
    res: Resources = request.state["resources"]
    signed = await signatures.read(request, "x-producer-id", nonce_required=False)
    key = await service.find_key(res, signed.id)
    if key is None:
        raise Unauthenticated
    signatures.check(signed, key, skew=res.settings.security.hmac_timestamp_skew_seconds)
    if signed.nonce:
        await res.nonces.use(signed)
    return Principal("producer", signed.id)


producer = Guard("producer", "producer", _check)
