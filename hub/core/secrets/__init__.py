"""The one door to secrets. Their values never reach a log, a dump or an error.

`SECRETS_PROVIDER` chooses where they are: `env` (the process environment, and mounted files named
by `NAME_FILE`), `dotenv` (`.env`, refused in production) or `vault` (a KV v2 document). In
development a missing secret is made once and kept in `CAERUS_HOME/secrets/`, mode 0600.
"""

from hub.core.secrets.cache import Live, Secrets
from hub.core.secrets.errors import BadSecret, MissingSecret, ProviderAway

__all__ = ["BadSecret", "Live", "MissingSecret", "ProviderAway", "Secrets"]
