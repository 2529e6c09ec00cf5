"""Fixtures of the tests of downloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hingtui.api import Api
from tests.servers.files import serving
from tests.unit.download.attempts_setup import DATA, Closing, Setup


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    with serving(DATA) as server:
        api = Api(server.url, "oh-secret", environ={})
        with closing(Closing(api)):
            yield Setup(server, tmp_path / "videos", api)
