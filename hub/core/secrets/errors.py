"""What can be wrong with a secret. No message holds a value."""


class MissingSecret(Exception):
    """A secret is not to be had; the message names it and says where it is looked for."""


class BadSecret(ValueError):
    """A secret is there and cannot be used; the message names it and says what it must be."""


class ProviderAway(Exception):
    """A provider cannot be read now; the message says why."""
