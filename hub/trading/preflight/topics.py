"""`preflight:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.preflight.models import CertificateChanged


@topic("preflight:{user_id}", event=CertificateChanged)
async def preflight(who: Principal, user_id: UUID) -> bool:
    """Certificates of a person's own accounts, issued and lost."""
    return who.is_person(user_id)
