"""Fixtures for the commands as real processes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    from tests.support.shell import Shell, job, shell


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Shell]:
    """A shell with a gateway that knows one ready video."""
    with shell(tmp_path, job("ready")) as typed:
        yield typed


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Lets SIGINT interrupt the started commands even if the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
