"""The commands of events on the dashboard: what they are started with, and their failure."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.app.expiring_videos import configure, live_through, ready
from tests.support.pilot import piloted
from tests.support.waiting import until
from tests.support.watch import job

CHILD = """
import json, os, sys
from pathlib import Path
given = {name: value for name, value in os.environ.items() if name.startswith("HINGTUI_")}
path = Path(sys.argv[1], f"{os.getpid()}.part")
path.write_text(json.dumps([sys.argv[2:], given, sorted(os.environ)]))
path.rename(path.with_suffix(".json"))
"""
EVENTS = {
    *("ready good", "failed bad", "saved good", "expired soon"),
    *("expiring soon 600", "expiring soon 180", "expiring soon 60"),
}
"""The events of the test's videos, as `recorded` names them."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one command of an event was started with."""

    arguments: list[str]
    variables: dict[str, str]
    """Those whose names begin with HINGTUI_."""
    environment: list[str]
    """The names of all variables."""


def record_events(home: Path, folder: Path) -> Path:
    """Let the command of each event record how it was started; the folder of the records."""
    child, records = folder / "child.py", folder / "records"
    child.write_text(CHILD)
    records.mkdir()
    command = json.dumps([sys.executable, str(child), str(records)])
    names = ("ready", "saved", "failed", "expiring", "expired")
    configure(home, "\n".join(f"on_{name} = {command}" for name in names))
    return records


def recorded(folder: Path) -> dict[str, Recorded]:
    """What was recorded, by event, id and threshold."""
    records = [Recorded(*json.loads(path.read_text())) for path in folder.glob("*.json")]
    return {
        " ".join((*one.arguments[:2], one.variables.get("HINGTUI_WITHIN", ""))).strip(): one
        for one in records
    }


async def test_the_commands_of_events_get_arguments_and_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record_events(home, tmp_path)
    monkeypatch.setenv("HINGNET_API_KEY", "oh-of-the-environment")
    jobs = [
        ready("soon", 620, "Two\nlines; $(true)"),
        job("good", queued_for=0, generating_for=5),
        job("bad", queued_for=0, generating_for=5, outcome="failed", error=("no", "Refused.")),
    ]
    async with piloted(home, *jobs) as acting:
        await acting.pass_time(30)
        acting.app.monitor.download([acting.row("good").key])
        await acting.saved("good")
        await live_through(acting, 600)
        await until(lambda: set(recorded(folder)) == EVENTS)
        path = str(acting.row("good").saved)
    found = recorded(folder)
    assert found["saved good"].arguments == ["saved", "good", path]
    assert found["saved good"].variables["HINGTUI_PATH"] == path
    assert found["expiring soon 600"].variables.items() >= {
        ("HINGTUI_EVENT", "expiring"),
        ("HINGTUI_ID", "soon"),
        ("HINGTUI_GATEWAY", "default"),
        ("HINGTUI_PATH", ""),
        ("HINGTUI_PROMPT", "Two lines; $(true)"),
        ("HINGTUI_EXPIRES_AT", str(int(jobs[0].expires_at))),
        ("HINGTUI_WITHIN", "600"),
    }
    assert "HINGNET_API_KEY" not in found["expiring soon 600"].environment
    assert found["failed bad"].variables["HINGTUI_ERROR"] == "Refused."


async def test_a_command_that_cannot_run_is_reported_once(home: Path) -> None:
    configure(home, 'on_expiring = "/nowhere/at-all"')
    async with piloted(home, ready("one", 620), ready("two", 300)) as acting:
        await acting.pass_time(30)
        await until(lambda: acting.dashboard._dashboard_context.notices)
        await acting.drawn()
        assert "The command on_expiring could not be run; check config.toml." in acting.text()
        assert len(acting.dashboard._dashboard_context.notices) == 1
