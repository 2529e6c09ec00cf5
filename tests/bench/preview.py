"""Measure previews on a terminal: the first poster, stepping through rows, a playback.

Peers, where they are installed: ffmpeg decodes the same frames, mpv plays the same file into the
same terminal. hingtui's figures hold its decoder process too.
"""

from __future__ import annotations

import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hingtui.preview.tools import find_tools
from hingtui.storage.state import STATE_FILE, save_state
from hingtui.ui.widgets.poster import REST
from tests.bench import Figure, against, alone
from tests.bench.startup import ENTRY_POINT
from tests.bench.terminal import DOWN, UP, Terminal, bench_environ
from tests.support.pty import cpu_of
from tests.support.saved_videos import FOLDER, save_videos

_PICTURE = re.compile("(?:▀[^▀]{0,60}){12}".encode())
"""A line of half blocks."""
_ROW = re.compile(b"The film")
_READY = re.compile(b"Help")
_FRAME = re.compile(rb"\x1b\[\?2026h")
_PLAYED = "ridges"
_WITHOUT = "import hingtui.ui.widgets.poster as poster; poster.REST = 1e6; " + ENTRY_POINT
_CELLS = (120, 34)
"""Cells of the picture where that clip is played: somewhat more than 80 × 45."""


def run(short: bool = False) -> list[Figure]:
    """The figures of this benchmark; none where the extra is not installed."""
    if not find_tools().folders:
        return []
    return [*_posters(short), *_stepping(short), *_playback(short)]


@contextmanager
def _dashboard(
    code: str = ENTRY_POINT, *names: str, copies: int = 1, details: bool = True
) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        save_videos(home, *names, copies=copies)
        save_state(home / STATE_FILE, details=details)
        environ = bench_environ(
            home, HINGNET_BASE_URL="http://127.0.0.1:9", HINGNET_API_KEY="oh-none"
        )
        with Terminal(["-c", code], environ=environ) as terminal:
            terminal.seen(_READY)
            yield terminal


def _posters(short: bool) -> list[Figure]:
    """From the moment when the cursor has rested until the picture is read back."""
    times = []
    with _dashboard(copies=1 if short else 3) as terminal:
        began = time.perf_counter()
        first = terminal.seen(_PICTURE) - began
        for _step in range(2 if short else 20):
            terminal.settle(0.1)
            times.append(terminal.key_to_paint(DOWN, _PICTURE) - REST)
    peer = "ffmpeg, one frame"
    alike = statistics.median(_ffmpeg_frame() for _ in range(1 if short else 5))
    return [
        alone(
            "first poster after the cursor rested",
            1000 * statistics.median(times),
            "ms",
            peer_name=peer,
            peer_value=1000 * alike,
            at_most=150,
        ),
        alone("  the slowest", 1000 * max(times), "ms"),
        alone("  the very first, with the start of the process", 1000 * first, "ms"),
    ]


def _stepping(short: bool) -> list[Figure]:
    """Key→paint of cursor keys, with pictures and without, faster and slower than a rest."""
    figures = []
    for name, pause in (("held", 0.04), ("with a rest on each row", 0.35)):
        steps = 4 if short else 40
        with _dashboard(copies=6) as shown, _dashboard(_WITHOUT, copies=6) as bare:
            for terminal in (shown, bare):
                terminal.settle(0.5)
            with_pictures, without = [], []
            for step in range(steps):
                key = DOWN if step < steps // 2 else UP
                with_pictures.append(_step(shown, key, pause))
                without.append(_step(bare, key, pause))
        figures.append(
            against(
                f"key→paint, {name}",
                1000 * statistics.median(with_pictures),
                "ms",
                "no previews",
                1000 * statistics.median(without),
                at_most=1.5,
            )
        )
    return figures


def _step(terminal: Terminal, key: bytes, pause: float) -> float:
    took = terminal.key_to_paint(key, _ROW)
    terminal.watch(pause)
    return took


def _playback(short: bool) -> list[Figure]:
    """Frames a second, CPU and key→answer while a video plays over the whole table."""
    seconds, rounds = (1.0, 1) if short else (8.0, 8)
    with _dashboard(ENTRY_POINT, _PLAYED, details=False) as terminal:
        terminal.settle(0.5)
        terminal.press(b"v")
        terminal.seen(_PICTURE)
        before, began = _cpu(terminal), time.perf_counter()
        frames = _frames(terminal, seconds)
        took = time.perf_counter() - began
        busy = 100 * (_cpu(terminal) - before) / took
        answers = [_answer(terminal)]
        for _round in range(rounds - 1):
            terminal.settle(0.2)
            terminal.press(b"v")
            terminal.seen(_PICTURE)
            terminal.watch(0.5)
            answers.append(_answer(terminal))
    size = f"{_CELLS[0]} × {_CELLS[1]} cells"
    peer, alike = _peer(seconds)
    return [
        alone(f"playback, {size}", frames / took, "frames/s", at_least=23),
        alone("  CPU, with the decoder", busy, "%", peer_name=peer, peer_value=alike, at_most=60),
        alone("  key→answer, the slowest", 1000 * max(answers), "ms", at_most=60),
    ]


def _frames(terminal: Terminal, seconds: float) -> int:
    count, ends = 0, time.perf_counter() + seconds
    terminal.forget()
    while (left := ends - time.perf_counter()) > 0:
        terminal.read(left)
        count += len(_FRAME.findall(terminal.taken()))
    return count


def _answer(terminal: Terminal) -> float:
    """Seconds from a key until the table is drawn again."""
    return terminal.key_to_paint(b"z", _ROW)


def _cpu(terminal: Terminal) -> float:
    """Seconds of CPU of the program and of its decoder."""
    pid = terminal.process.pid
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = {int(child) for task in tasks for child in task.read_text().split()}
    return terminal.cpu() + sum(map(cpu_of, children))


def _peer(seconds: float) -> tuple[str, float | None]:
    """What else plays the file into a terminal, or only decodes it; in per cent of a core."""
    clip = str(FOLDER / f"{_PLAYED}.mp4")
    if mpv := shutil.which("mpv"):
        command = [mpv, "--no-config", "--really-quiet", "--vo=tct", "--ao=null", clip]
        command.append(f"--length={seconds}")
        return "mpv --vo=tct", 100 * _cpu_of_command(command, to_terminal=True) / seconds
    if ffmpeg := shutil.which("ffmpeg"):
        command = [*_ffmpeg(ffmpeg, clip), "-t", str(seconds), "-f", "null", "-"]
        return "ffmpeg, decoding alone", 100 * _cpu_of_command(command) / seconds
    return "", None


def _cpu_of_command(command: Sequence[str], *, to_terminal: bool = False) -> float:
    before = _children()
    if to_terminal:
        code = f"import os; os.execv({command[0]!r}, {list(command)!r})"
        with tempfile.TemporaryDirectory() as folder:
            environ = bench_environ(Path(folder))
            with Terminal(["-c", code], environ=environ) as terminal:
                while terminal.process.poll() is None:
                    terminal.watch(0.2)
    else:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - found on PATH
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ffmpeg(program: str, clip: str) -> list[str]:
    size = f"{_CELLS[0]}:{2 * _CELLS[1]}"
    return [program, "-v", "error", "-nostdin", "-i", clip, "-vf", f"scale={size}:flags=area"]


def _ffmpeg_frame() -> float:
    """Seconds until ffmpeg has made one frame of a clip."""
    program = shutil.which("ffmpeg")
    if program is None:
        return float("nan")
    clip = str(FOLDER / f"{_PLAYED}.mp4")
    began = time.perf_counter()
    command = [*_ffmpeg(program, clip), "-frames:v", "1", "-f", "rawvideo", "-"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - likewise
    return time.perf_counter() - began
