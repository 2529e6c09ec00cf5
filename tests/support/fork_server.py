"""Fork processes in which hingtui is imported already: `processes.py` requests them.

Run as a program of its own: `python -m tests.support.fork_server DESCRIPTOR`. It forks twice, so
that the process becomes a child of the one that requested it (see PR_SET_CHILD_SUBREAPER). In it,
everything is set up as a new Python sets it up, and then runs hingtui's `__main__`.
"""

from __future__ import annotations

import array
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import suppress
from typing import Any

_MOST_DESCRIPTORS = 16
_OUT_OF_THE_WAY = 100
"""Descriptors from here on are none that anybody asks for."""
_DECODER = ("hingtui.preview.child", "hingtui.preview.clip", "hingtui.preview.serving")
"""What only the decoder's own process imports, and only where the extra `preview` is installed."""
_AT_THE_FIRST_REQUEST = ("anyio._backends._asyncio", "anyio.to_thread", "encodings.idna")
"""What httpx and asyncio import only then."""


def main() -> None:
    """Fork until the other side goes away; in a forked process, run what was asked for."""
    import hingtui.text.cell_width
    import hingtui.text.clean
    import hingtui.text.i18n

    for module in pkgutil.walk_packages(hingtui.__path__, "hingtui."):
        if not module.name.endswith("__main__") and module.name not in _DECODER:
            importlib.import_module(module.name)
    for name in _AT_THE_FIRST_REQUEST:
        importlib.import_module(name)
    # What is made at the first use: long expressions, and the translations.
    hingtui.text.cell_width.steady(hingtui.text.clean.clean_line("ǎ"))
    hingtui.text.i18n.in_all_languages("ready")
    gc.collect()
    gc.freeze()
    asked = socket.socket(fileno=int(sys.argv[1]))
    while (found := _next_request(asked)) is not None:
        request, descriptors = found
        between = os.fork()
        if between == 0:
            between = os.getpid()
            if os.fork():
                os._exit(0)
            while os.getppid() == between:  # until the process that asked is the parent
                time.sleep(0.0005)
            asked.sendall(struct.pack("I", os.getpid()))
            asked.close()
            _become(request, descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        os.waitpid(between, 0)


def _next_request(asked: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    received = array.array("i")
    length, rights, _flags, _address = asked.recvmsg(
        4, socket.CMSG_SPACE(_MOST_DESCRIPTORS * received.itemsize)
    )
    if not length:
        return None
    for level, kind, data in rights:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            received.frombytes(data)
    message = asked.recv(struct.unpack("I", length)[0], socket.MSG_WAITALL)
    return json.loads(message), [*received]


def _become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Be the process that was asked for."""
    if request["new_session"]:
        os.setsid()
    _take(descriptors, request["descriptors"])
    os.environ.clear()
    os.environ.update(request["environ"])
    os.umask(request["umask"])
    os.chdir(request["folder"])
    time.tzset()
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = _stream(getattr(sys, name), number, mode)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    if request["pace"] != 1.0:
        _hurry(request["pace"])
    arguments = request["arguments"]
    if request["launch"]:
        from tests.support.launch import prepare

        prepare(*request["launch"])
    if request["first"]:
        exec(compile(request["first"], "<first>", "exec"), {})  # noqa: S102 - a test's own words
    sys.argv = ["hingtui", *arguments]
    runpy.run_module("hingtui", run_name="__main__", alter_sys=True)


def _hurry(pace: float) -> None:
    """Let so many seconds pass in each second on every clock of hingtui's."""
    from hingtui.system.clock import Clock

    began, began_counting = time.time(), time.monotonic()
    sleep, wait_for, wait = Clock.sleep, Clock.wait_for, Clock.wait
    replacements: dict[str, Any] = {
        "time": lambda _clock: began + pace * (time.time() - began),
        "monotonic": lambda _clock: pace * (time.monotonic() - began_counting),
        "sleep": lambda clock, seconds: sleep(clock, seconds / pace),
        "wait_for": lambda clock, event, seconds: wait_for(
            clock, event, None if seconds is None else seconds / pace
        ),
        "wait": lambda clock, event, seconds: wait(clock, event, seconds / pace),
    }
    for name, replacement in replacements.items():
        setattr(Clock, name, replacement)


def _take(descriptors: list[int], numbers: list[int]) -> None:
    """Have these descriptors under these numbers."""
    import fcntl

    moved = [fcntl.fcntl(one, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for one in descriptors]
    for descriptor in descriptors:
        os.close(descriptor)
    for descriptor, number in zip(moved, numbers, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)


def _stream(like: Any, number: int, mode: str) -> Any:
    """A standard stream, as Python makes it when it starts."""
    with suppress(OSError):
        raw = io.FileIO(number, mode, closefd=False)
        buffered: Any = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
        is_terminal = os.isatty(number)
        return io.TextIOWrapper(
            buffered,
            encoding=like.encoding,
            errors=like.errors,
            newline="\n" if mode == "w" else None,
            line_buffering=number == 2 or (is_terminal and mode == "w"),
        )
    return None


if __name__ == "__main__":
    main()
