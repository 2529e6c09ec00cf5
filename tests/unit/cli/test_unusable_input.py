"""Input that a command cannot use is answered with one sentence."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hingtui.cli.add import add
from hingtui.cli.remove import remove
from hingtui.cli.tag import tag
from hingtui.storage.watchlist import Entry, Watchlist

Command = Callable[[dict[str, str], str, str | None], int]
"""Runs with the environment, one argument and `--gateway`; its exit status."""
COMMANDS: dict[str, Command] = {
    "add": lambda environ, word, name: add(environ, [word], gateway=name),
    "remove": lambda environ, word, name: remove(environ, [word], saved=False, gateway=name),
    "tag": lambda environ, word, name: tag(environ, "x", [word], removes=False, gateway=name),
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    entry = Entry("video_691209aab0a0", 1.0, gateway="gone")
    Watchlist(tmp_path / "watchlist.toml").change(add=[entry])
    return {"HINGTUI_HOME": str(tmp_path)}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_binary_standard_input_is_answered_with_one_sentence(
    environ: dict[str, str],
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    noise = random.Random(1).randbytes(5000)  # noqa: S311 - the same in every run
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(noise)))
    assert command(environ, "-", None) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "What was piped in is no text" in printed.err


@pytest.mark.parametrize("name", ["", "  ", "\x1b\x01", "\u200b"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_gateway_without_a_visible_name_is_reported(
    environ: dict[str, str], command: Command, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(environ, "video_691209aab0a0", name) == 1
    assert "--gateway names no gateway. The settings have: default." in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_very_long_gateway_name_is_shortened(
    environ: dict[str, str], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(environ, "video_691209aab0a0", "lab\x1b" + "x" * 10_000) == 1
    printed = capsys.readouterr().err
    assert "There is no gateway labxxx" in printed
    assert len(printed) < 150


def test_a_video_of_a_removed_gateway_can_be_removed(
    environ: dict[str, str],
) -> None:
    assert remove(environ, ["video_691209aab0a0"], saved=False, gateway="gone") == 0
