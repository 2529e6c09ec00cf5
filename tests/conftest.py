"""What all tests share: fixtures, and how much is tried in the normal run and in `-m slow`.

A test that takes samples of many cases asks for `thorough`. It runs twice: with a sample in the
normal run, and with every case in `pytest -m slow`. So does each test of Hypothesis, with few
examples and with many. What has no sample worth taking is marked `slow`.

Of a test with many parameters whose cases are costly, the normal run tries one, and `-m slow` the
others; `@pytest.mark.sample(n)` says how many it tries of any test (None: all).
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
from hypothesis import is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

from tests.support.clock import FakeClock
from tests.support.memory_folder import use_memory
from tests.support.time_zone import time_zone

if sys.platform != "win32":
    from tests.support.watched_home import WatchedHome, watched_home

# httpcore imports it at every request, if it can: a search through all folders each time.
sys.modules.setdefault("sniffio", cast(ModuleType, None))

# The colours of this machine's terminal must not change what is drawn.
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM"):
    os.environ.pop(name, None)

use_memory()

settings.register_profile("normal", max_examples=10, deadline=None)
settings.register_profile("slow", max_examples=500, deadline=None)


def _is_thorough(config: pytest.Config) -> bool:
    return bool(config.getoption("markexpr") == "slow")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples Hypothesis tries."""
    settings.load_profile("slow" if _is_thorough(config) else "normal")
    if not _is_thorough(config):
        # Reading the constants of all modules takes each process seconds on a clean checkout.
        providers._get_local_constants = lambda: providers._local_constants


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Let no garbage collection look at what collecting makes: modules and tests, which stay."""
    gc.disable()
    try:
        _compile_a_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _compile_a_share(config: pytest.Config) -> None:
    """Begin with other test modules than the other processes, which read what this one compiles.

    On a clean checkout each of them would compile everything: seven seconds.
    """
    worker, count = (os.environ.get(f"PYTEST_XDIST_WORKER{name}") for name in ("", "_COUNT"))
    if not worker or not count or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    for path in sorted(Path(__file__).parent.rglob("test_*.py"))[int(worker[2:]) :: int(count)]:
        name = ".".join(path.relative_to(config.rootpath).with_suffix("").parts)
        with suppress(Exception, pytest.skip.Exception):  # collecting it again reports it
            importlib.import_module(name)


_COSTLY = ("tests/app/", "tests/terminal/", "tests/cli/", "tests/robustness/")
"""Where a case starts an app, a process or servers, so that the normal run tries one of a test."""
_SCENARIOS = ("tests/terminal/test_secrets.py", "tests/cli/test_processes.py")
"""They look at one costly run each. First in line, no other process takes some of them over."""
_WAITING = ("tests/cli/", "tests/terminal/", "tests/robustness/")
"""They wait more than they calculate: early, others calculate beside them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as slow what the normal run leaves out, and with `-m slow` what it takes a sample of."""
    by_test: dict[str, list[pytest.Item]] = {}
    for item in items:
        by_test.setdefault(item.nodeid.partition("[")[0], []).append(item)
    items.sort(key=lambda i: [not i.nodeid.startswith(names) for names in (_SCENARIOS, _WAITING)])
    for name, cases in by_test.items():
        for case in _left_out(name, cases, _few_of(cases[0]) or len(cases)):
            case.add_marker(pytest.mark.slow)
    if not _is_thorough(config):
        return
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "thorough" in names or is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.slow)


def _few_of(case: pytest.Item) -> int | None:
    """How many cases of its test the normal run tries; None: all."""
    marker = case.get_closest_marker("sample")
    if marker is not None:
        return cast("int | None", marker.args[0])
    return 1 if case.nodeid.startswith(_COSTLY) else None


def _left_out(name: str, cases: list[pytest.Item], few: int) -> list[pytest.Item]:
    """All but so many cases, evenly spread; others for each test, the same in every run."""
    first = zlib.crc32(name.encode())
    taken = {(first + at * len(cases) // few) % len(cases) for at in range(few)}
    return [case for at, case in enumerate(cases) if at not in taken]


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test moves."""
    return FakeClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder that HINGTUI_HOME names, not there yet."""
    return tmp_path / "home"


@pytest.fixture
def watched(home: Path) -> Iterator[WatchedHome]:
    """A home whose videos a gateway knows; `watched.dashboard()` shows them on a terminal."""
    with watched_home(home) as watched:
        yield watched


@pytest.fixture
def in_utc() -> Iterator[None]:
    """Times of this machine are those of UTC."""
    with time_zone("UTC"):
        yield


@pytest.fixture
def in_shanghai() -> Iterator[None]:
    """Times of this machine are those of Shanghai: UTC and eight hours."""
    with time_zone("Asia/Shanghai"):
        yield


@pytest.fixture
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether every case is to be tried, not only a sample."""
    return _is_thorough(pytestconfig)
