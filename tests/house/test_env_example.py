"""`.env.example` lists every setting there is."""

import re
from pathlib import Path

from pydantic_settings import BaseSettings

from hub.core import settings
from hub.rooms import SETTINGS

LISTED = re.compile(r"^#? ?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def names() -> set[str]:
    """The variables that fields are read from; groups of settings have none of their own."""
    kinds = [
        kind for kind in vars(settings).values() if isinstance(kind, type) and issubclass(kind, BaseSettings)
    ]
    return {
        str(field.validation_alias or kind.model_config["env_prefix"] + name).upper()
        for kind in (*kinds, *SETTINGS)
        if kind not in (BaseSettings, settings.Settings)
        for name, field in kind.model_fields.items()
    }


def test_every_setting_is_listed() -> None:
    listed = set(LISTED.findall((Path(__file__).parents[2] / ".env.example").read_text()))
    assert len(names()) > 40
    assert names() - listed == set()
