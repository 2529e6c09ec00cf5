"""The limits on Windows are stated in one sentence; Linux and macOS have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.storage.settings import load_settings
from hingtui.storage.settings import settings as module
from hingtui.system.platform_limits import platform_limits


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_linux_and_macos_have_no_limits(platform: str) -> None:
    assert platform_limits(platform) == ""


def test_windows_has_one_sentence_with_a_next_step() -> None:
    sentence = platform_limits("win32")
    assert sentence.count(". ") == 0
    assert "WSL" in sentence


def test_each_start_on_windows_gives_a_notice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ = {"HINGTUI_HOME": str(tmp_path), "HINGNET_API_KEY": "sk-test-of-windows"}
    assert load_settings(environ).notices == ()
    monkeypatch.setattr(module, "PLATFORM", "win32")
    assert load_settings(environ).notices == (platform_limits("win32"),)
