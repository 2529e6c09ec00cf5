"""The real program on a real terminal, with a gateway that sends hostile text in every field."""

from __future__ import annotations

import base64
import re
import sys
from functools import partial
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.servers.hostile import IDS, HostileGateway
from tests.support.hostile_text import EVERYTHING, OBEYABLE, cells_of, harm_in, harm_in_bytes
from tests.support.pty import Terminal, terminal

CTRL_D = "\x04"

_SEQUENCE = re.compile(
    r"\x1b\[(?P<csi>[<=>?]?)(?P<numbers>[0-9;:]*)(?P<final>[ -/]*[@-~])"
    r"|\x1b\](?P<osc>[0-9]*)[^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b(?P<string>[PX^_])[^\x1b]*\x1b\\"
    r"|\x1b(?P<other>[ -/]*[0-~])"
    r"|(?P<control>[\x00-\x09\x0b-\x1f\x7f-\x9f])"
)


def kinds_of(raw: bytes) -> set[str]:
    """The kinds of escape sequences sent to the terminal."""
    kinds = set()
    for found in _SEQUENCE.finditer(raw.decode()):
        if found["final"] is not None:
            number = found["numbers"] if found["final"] in "hl" else ""
            kinds.add(f"CSI {found['csi']}{number}{found['final']}")
        elif found["osc"] is not None:
            kinds.add(f"OSC {found['osc']}")
        else:
            kinds.add(repr(found["string"] or found["other"] or found["control"]))
    return kinds


def _has_copied(running: Terminal, video_id: str, _text: str) -> bool:
    return base64.b64encode(video_id.encode()) in running.raw


def watch(home: Path, words: str) -> bytes:
    """Use most commands of the dashboard; return all bytes sent to the terminal."""
    home.mkdir()
    with (
        HostileGateway(words) as gateway,
        terminal(environ=gateway.environ(home), columns=90, rows=32) as running,
    ):
        running.until(lambda text: "▾ 3 ready" in text, "the ready ones")
        running.shows("not found")
        running.press("s")
        running.shows("Sort by")
        running.press("i")
        running.until(lambda text: "Sort by" not in text, "the choice made")
        running.press("g\r")
        for video_id in sorted(IDS):
            running.press("y")
            running.until(partial(_has_copied, running, video_id), f"a copy of {video_id}")
            running.press(CTRL_D)
            running.press("j")
        running.press("D")
        running.until(lambda text: "✓ saved" in text and "bad redirect" in text, "downloads")
        running.until(lambda text: "downloading" not in text, "no download left")
        running.press("GkyoSxu?")
        running.shows("Undo the last")
        running.press("\x1b")
        running.until(lambda text: "Undo the last" not in text, "help closed")
        gateway.denies = True
        running.press("R")
        running.shows("refuses the token")
        running.press("\r")
        running.shows("Token for")
        running.press("\x1b")
        running.until(lambda text: "Token for" not in text, "the question closed")
        running.press(
            "qq\r"
        )  # the details first; Enter confirms if a download is still to be retried
        assert running.exit_status() == 0
        return running.raw


@pytest.mark.slow
def test_hostile_text_adds_no_escape_sequences(
    tmp_path: Path,
) -> None:
    hostile = watch(tmp_path / "hostile", OBEYABLE)
    harmless = watch(tmp_path / "harmless", "harmless words")
    assert kinds_of(hostile) == kinds_of(harmless)
    assert not harm_in(_SEQUENCE.sub("", hostile.decode()), has_lines=True)
    copied = re.findall(rb"\x1b\]52;c;([^\x07\x1b]*)", hostile)
    assert {base64.b64decode(text).decode() for text in copied} <= set(IDS)
    assert copied


@pytest.mark.sample(None)
@pytest.mark.parametrize(
    "command", ["status", "add", pytest.param("download", marks=pytest.mark.slow)]
)
def test_no_command_prints_control_characters(tmp_path: Path, command: str) -> None:
    with HostileGateway(OBEYABLE) as gateway:
        environ = gateway.environ(tmp_path)
        words = [*IDS, EVERYTHING.replace("\0", "")] if command == "add" else IDS
        words = [text.encode("utf-8", "ignore").decode() for text in words]
        with terminal(command, *words, environ=environ, columns=100) as running:
            assert running.exit_status() == (0 if command == "add" else 1)
    assert "\x1b" not in running.raw.decode()
    assert not harm_in_bytes(running.raw, allowed=["\r"])  # line ends, and the line of progress
    if command == "status":
        assert all(cells_of(line) <= 100 for line in running.raw.decode().splitlines()[:12])
