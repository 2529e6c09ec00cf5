"""Load settings from a home folder, or get the reason why they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import Settings, load_settings


def load(home: Path, config: str | bytes = "", **environ: str) -> Settings:
    if config:
        data = config if isinstance(config, bytes) else config.encode()
        (home / "config.toml").write_bytes(data)
    return load_settings({"HINGTUI_HOME": str(home), **environ})


def refusal(home: Path, config: str | bytes = "", **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(home, config, **environ)
    return str(caught.value)
