"""Printing hostile text to outputs of any encoding: no crash, no control characters."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import pytest

from hingtui.api.payload import parse_video
from hingtui.cli.output import json_record, print_json, print_table
from hingtui.monitor import Row
from tests.servers.hostile import IDS, HostileGateway
from tests.support import processes
from tests.support.clock import EPOCH
from tests.support.hostile_text import EVERYTHING, KINDS, assert_aligned, harm_in
from tests.support.pty import clean_environ

ENCODINGS = ("ascii", "latin-1", "cp1252", "gbk", "shift_jis", "utf-8", "utf-16-le")
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "HINGTUI_LANG": "zh"}
"""A terminal that knows ASCII only, and a person who reads Chinese."""


def printed(encoding: str, work: Callable[[], None]) -> list[str]:
    """The lines that `work` prints into an output of this encoding."""
    data = io.BytesIO()
    output = io.TextIOWrapper(data, encoding, errors="backslashreplace", newline="\n")
    with contextlib.redirect_stdout(output):
        work()
    output.flush()
    return data.getvalue().decode(encoding).split("\n")[:-1]


def row(text: str) -> Row:
    error = {"code": text, "message": text}
    payload = {"id": "a", "status": text[:60], "model": text, "prompt": text, "error": error}
    return Row("video_one", EPOCH, parse_video(payload, "video_one"), EPOCH, is_old=False)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_valid_in_every_encoding(encoding: str) -> None:
    for text in (*KINDS.values(), EVERYTHING):
        record = json_record(row(text), EPOCH) | {"path": f"/{text}"}
        (line,) = printed(encoding, lambda record=record: print_json(record))  # type: ignore[misc]
        assert json.loads(line) == json.loads(json.dumps(record))
        assert not harm_in(line)
        assert len(line.splitlines()) == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_table_is_aligned_in_every_encoding(encoding: str) -> None:
    rows = [row(text) for text in KINDS.values()]
    lines = printed(encoding, lambda: print_table(rows, EPOCH))
    assert len(lines) == len(rows) + 1
    assert_aligned(lines)
    assert not harm_in("".join(lines))


def run(
    *arguments: str,
    environ: Mapping[str, str],
    given: bytes = b"",
    stdout: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end; check that it shows no traceback."""
    ended = processes.run(*arguments, input=given, stdout=stdout, env=environ, timeout=30)
    assert b"Traceback" not in ended.stderr, ended.stderr.decode()
    return ended


@pytest.mark.slow
def test_hostile_text_is_printed_in_an_ascii_locale(tmp_path: Path) -> None:
    with HostileGateway(EVERYTHING) as gateway:
        environ = gateway.environ(tmp_path, **C_LOCALE)
        ended = run("status", "--json", environ=environ)
        assert ended.returncode == 1
        records = [json.loads(line) for line in ended.stdout.decode("ascii").splitlines()]
        assert [record["id"] for record in records] == list(IDS)
        assert not harm_in(ended.stderr.decode("ascii"), has_lines=True)
        folder = tmp_path / "视频"
        ended = run("download", "-o", str(folder), "video_home", environ=environ)
        assert ended.returncode == 0
        assert Path(os.fsdecode(ended.stdout.rstrip(b"\n"))) == folder / "video_home.mp4"
        assert (folder / "video_home.mp4").read_bytes() == gateway.film


@pytest.mark.parametrize("arguments", [["--help"], ["add", "你好", "video_1"]])
def test_no_command_crashes_in_an_ascii_locale(tmp_path: Path, arguments: list[str]) -> None:
    ended = run(*arguments, environ=clean_environ(tmp_path, **C_LOCALE))
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "\\u" in ended.stdout.decode("ascii")


@pytest.mark.parametrize(
    "arguments", [["frob{}"], ["status", "--x{}"], ["add", "{}"]], ids=" ".join
)
def test_quoted_arguments_are_cut_and_cleaned(tmp_path: Path, arguments: list[str]) -> None:
    typed = EVERYTHING.encode("utf-8", "ignore").decode().replace("\0", "").replace(" ", "")
    words = [word.replace("{}", typed) for word in arguments]
    ended = run(*words, environ=clean_environ(tmp_path, PYTHONUTF8="1"))
    output = (ended.stdout + ended.stderr).decode()
    assert typed[0] in output
    assert ("cm0gLXJmIH4=" in output) != (".." in output)
    assert not harm_in(output, has_lines=True)


needs_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs a device that is always full"
)


@needs_full
@pytest.mark.parametrize("command", ["status --json", "download", "add -"])
def test_a_full_disk_as_output_prints_one_line(tmp_path: Path, command: str) -> None:
    words = "".join(f"word{n}é video_{n}\n" for n in range(1000)).encode()
    ids = [] if command == "add -" else ["video_home"]
    with HostileGateway("words") as gateway, Path("/dev/full").open("wb") as full:
        environ = gateway.environ(tmp_path)
        ended = run(*command.split(), *ids, environ=environ, given=words, stdout=full)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert b"No space left" in ended.stderr


def test_a_closed_output_pipe_is_no_crash(tmp_path: Path) -> None:
    words = "".join(f"word{n}é\n" for n in range(20_000)).encode()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        ended = run("add", "-", environ=clean_environ(tmp_path), given=words, stdout=gone)
    assert (ended.returncode, ended.stderr) == (1, b"")
