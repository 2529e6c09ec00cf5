"""Crashes and survived errors print and log neither local variables nor secrets."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.keys import keys

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)


from tests.servers import leaky as secret
from tests.servers.leaky import leaks, leaky, run_all
from tests.support.pty import clean_environ, terminal
from tests.support.watch import job, watching

CRASHES = """
import importlib.abc, importlib.util, os, sys, threading

def fail(*arguments, **more):
    local = os.environ["SECRETS"]
    raise LookupError("crashed on purpose: " + local)

def fail_in_thread(*arguments):
    threading.Thread(target=fail).start()

async def fail_in_worker(*arguments):
    fail()

PLACES = {
    "start": ("hingtui.ui.app", "HingtuiApp.__init__", fail),
    "mount": ("hingtui.ui.app", "HingtuiApp.on_mount", fail),
    "client": ("hingtui.api", "Api.__init__", fail),
    "load": ("hingtui.monitor.monitor", "Monitor.load", fail),
    "handler": ("hingtui.ui.screens.dashboard", "Dashboard.action_pause", fail),
    "thread": ("hingtui.ui.screens.dashboard", "Dashboard.action_sort", fail_in_thread),
    "worker": ("hingtui.ui.video_actions", "VideoActions.add", fail_in_worker),
}

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        wanted = os.environ["CRASH"].split()
        if name == "hingtui.ui.app" and "import" in wanted:
            fail()
        mine = [PLACES[one] for one in wanted if one in PLACES and PLACES[one][0] == name]
        if not mine:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        sys.meta_path.insert(0, self)
        execute = spec.loader.exec_module
        def execute_and_break(module):
            execute(module)
            for _module, place, broken in mine:
                owner, attribute = place.split(".")
                setattr(getattr(module, owner), attribute, broken)
        spec.loader.exec_module = execute_and_break
        return spec

sys.meta_path.insert(0, Finder())
"""
"""As `sitecustomize` it makes the program fail at the places that CRASH names."""


@dataclass
class Crashing:
    """The environment of a program that will crash, and its log."""

    home: Path
    environ: dict[str, str]

    def log(self) -> str:
        path = self.home / "hingtui.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def crashing(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Crashing]:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(CRASHES)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "token").write_text(secret.TYPED_TOKEN)
    (home / "token").chmod(0o600)
    with leaky() as servers:
        servers.valid = secret.TYPED_TOKEN
        secrets = f"{servers.link} {secret.TYPED_TOKEN} Bearer {secret.TYPED_TOKEN}"
        environ = clean_environ(
            home,
            HINGNET_BASE_URL=servers.gateway.url,
            CRASH=request.param,
            SECRETS=secrets,
            PYTHONDEVMODE="1",
        )
        environ["PYTHONPATH"] = f"{broken}{os.pathsep}{environ['PYTHONPATH']}"
        yield Crashing(home, environ)


@pytest.mark.parametrize("crashing", ["import", "start", "mount"], indirect=True)
def test_a_crashing_dashboard_shows_no_secret(crashing: Crashing) -> None:
    with terminal(environ=crashing.environ) as running:
        assert running.exit_status() == 1
        assert b"crashed on purpose" in running.raw
        assert leaks(running.raw) == []
    assert leaks(crashing.log()) == []


@pytest.mark.parametrize("crashing", ["load"], indirect=True)
def test_a_crashing_command_shows_no_secret(crashing: Crashing) -> None:
    (printed,) = run_all(crashing.environ, {"status": ["status"]}).values()
    assert "crashed on purpose" in printed
    assert printed.endswith("exit 1")
    assert leaks(printed + crashing.log()) == []


@pytest.mark.slow
@pytest.mark.parametrize("crashing", ["client handler thread worker"], indirect=True)
def test_a_survived_error_shows_no_secret(crashing: Crashing) -> None:
    with terminal(environ=crashing.environ) as running:
        running.shows("Something unexpected")
        running.press("p")
        running.press("s")
        running.press("a")
        running.shows("Add videos")
        running.press("video_1")
        running.shows("1 new id")
        running.press("\r")
        running.until(lambda _text: crashing.log().count("crashed on purpose") >= 4, "all four")
        running.send(signal.SIGTERM)
        assert running.exit_status() == 143
        assert leaks(running.raw) == []
    assert leaks(crashing.log()) == []
    assert "***" in crashing.log()


async def test_an_unexpected_download_error_shows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise LookupError(f"https://cdn.example/a.mp4?{secret.QUERY} {secret.TOKEN}")

    monkeypatch.setattr("hingtui.download.outputs.download_all", fail)
    async with watching(tmp_path, job()) as acting:
        acting.monitor.add(["video_one"])
        await acting.look(after=100)
        acting.monitor.download(keys("video_one"))
        await acting.saved("video_one")
        saving = acting.row("video_one").download
        assert saving is not None
        assert "LookupError" in str(saving.error)
        assert leaks(str(saving.error)) == []
