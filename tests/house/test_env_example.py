"""`.env.example` lists every setting there is."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pydantic_settings import BaseSettings

from hub.core import settings

LISTED = re.compile(r"^#? ?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def rooms() -> list[ModuleType]:
    """The modules in which rooms keep settings of their own."""
    root = Path(__file__).parents[2]
    paths = [path for wing in ("hub", "workers") for path in sorted((root / wing).glob("**/settings.py"))]
    return [import_module(".".join(path.relative_to(root).with_suffix("").parts)) for path in paths]


def names() -> set[str]:
    """The variables that fields are read from; groups of settings have none of their own."""
    kinds = [
        kind
        for module in (settings, *rooms())
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, BaseSettings)
    ]
    return {
        str(field.validation_alias or kind.model_config["env_prefix"] + name).upper()
        for kind in kinds
        if kind not in (BaseSettings, settings.Settings)
        for name, field in kind.model_fields.items()
    }


def test_every_setting_is_listed() -> None:
    listed = set(LISTED.findall((Path(__file__).parents[2] / ".env.example").read_text()))
    assert len(names()) > 40
    assert "CANDLES_CACHE_SECONDS" in names()
    assert names() - listed == set()
