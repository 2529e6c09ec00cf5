"""Fixtures of the tests of previews, which need the extra `preview`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.preview.decoder import Decoder
from hingtui.preview.tools import Tools, find_tools

if importlib.util.find_spec("av") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="module")
def decoder(tools: Tools) -> Iterator[Decoder]:
    """A decoder process that the tests of a module share."""
    decoder = Decoder(tools.folders)
    yield decoder
    decoder.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Where a test may make its clip."""
    return tmp_path / "clip.mp4"
