"""Without a usable terminal the dashboard prints one line and does not import Textual."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.pty import clean_environ, terminal

AT_ONCE = 0.5
"""Seconds of computing that a refusal costs at most: it imports next to nothing."""
RUN = """
import os, sys
for change in sys.argv[1].split():
    stream, _sign, how = change.partition(":")
    os.dup2(os.open(how, os.O_RDWR), int(stream)) if how else os.close(int(stream))
os.execv(sys.executable, [sys.executable, "-m", "hingtui", *sys.argv[2:]])
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which importing Textual fails."""
    shadow = tmp_path / "shadow" / "textual"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise SystemExit('Textual was imported')")
    environ = clean_environ(tmp_path / "home")
    environ["PYTHONPATH"] = os.pathsep.join((str(shadow.parent), environ["PYTHONPATH"]))
    return environ


@pytest.fixture
def a_terminal() -> Iterator[int]:
    ends = pty.openpty()
    yield ends[1]
    for end in ends:
        os.close(end)


def run(environ: dict[str, str], changes: str, a_terminal: int, *arguments: str) -> tuple[int, str]:
    """Run on a terminal with these streams changed; return the status and the output."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as output:
        before = os.times()
        ended = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-S", "-E", "-c", RUN, changes, *arguments],
            stdin=a_terminal,
            stdout=a_terminal,
            stderr=writing,
            env=environ,
            check=False,
        )
        os.close(writing)
        after = os.times()
        assert after.children_user - before.children_user < AT_ONCE
        return ended.returncode, output.read()


@pytest.mark.parametrize(
    ("changes", "arguments"),
    [
        ("", ()),
        ("0:/dev/null", ("demo",)),
        ("1:/dev/null", ()),
        ("0:", ()),
        ("1:", ("demo",)),
    ],
)
def test_without_a_terminal_one_line_is_printed(
    environ: dict[str, str], a_terminal: int, changes: str, arguments: tuple[str, ...]
) -> None:
    status, output = run(environ, changes, a_terminal, *arguments)
    assert status == 2
    assert re.match("hingtui: The (dashboard|demo) needs a terminal", output)
    assert output.count("\n") == 1


@pytest.mark.parametrize("changes", ["2:", "0: 1: 2:"])
def test_with_standard_error_closed_the_status_is_still_2(
    environ: dict[str, str], a_terminal: int, changes: str
) -> None:
    assert run(environ, changes, a_terminal) == (2, "")


@pytest.mark.parametrize("name", ["dumb", "unknown", "vt52", "", None], ids=str)
def test_a_terminal_that_cannot_draw_gets_no_escape_sequences(
    environ: dict[str, str], name: str | None
) -> None:
    if name is None:
        del environ["TERM"]
    else:
        environ["TERM"] = name
    with terminal(environ=environ) as running:
        assert running.exit_status() == 2
        assert running.raw.startswith(b"hingtui: This terminal cannot draw a dashboard")
        assert (name or "not set").encode() in running.raw
        assert running.raw.count(b"\n") == 1
        assert b"\x1b" not in running.raw
        assert running.attributes() == running.attributes_before


@pytest.mark.parametrize("name", ["mlterm", "ms-terminal", "gnome", "yaft", "foot-extra", "xyz"])
def test_a_terminal_without_a_terminfo_entry_is_accepted(
    environ: dict[str, str], name: str
) -> None:
    environ |= {"TERM": name, "TERMINFO": "/nonexistent", "TERMINFO_DIRS": "/nonexistent"}
    with terminal(environ=environ) as running:
        running.exit_status()
        assert b"Textual was imported" in running.raw


@pytest.mark.slow
def test_the_dashboard_works_in_an_ascii_locale(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    with terminal("demo", environ=clean_environ(tmp_path / "home", **ascii_only)) as running:
        running.shows("▸ generating")
        running.press("q")
        assert running.exit_status() == 0
        running.assert_restored()
