"""The decoder process: reads requests on standard input, writes pictures to standard output.

It is started as a script of its own, isolated (`-I -S`), with the folders of its libraries as
arguments. It limits itself before it touches a file: what a video makes the libraries do costs this
process only. It opens nothing but the one file, whatever that refers to.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

MEMORY_LIMIT = 1 << 30
"""Bytes of address space; PyAV and two threads take a third of it."""
CPU_LIMIT = 10
"""Seconds of CPU for one request; a playback has as many more as it lasts."""


def limit_process() -> None:
    """Limit memory and descriptors, write no file, have no network, where the system allows it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_LIMIT),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _lower(resource, kind, limit)
    _leave_network()


def _lower(resource: object, kind: int, limit: int) -> None:
    with suppress(OSError, ValueError):  # macOS refuses some; an earlier limit may be lower
        resource.setrlimit(kind, (limit, limit))  # type: ignore[attr-defined]  # Windows has no such module


def _leave_network() -> None:
    """Move into a network without interfaces, where unprivileged users may do that (Linux)."""
    if sys.platform != "linux":
        return
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        unshare = ctypes.CDLL(None).unshare
        if unshare(_NEW_NET):  # only root may; others need a user namespace around it
            unshare(_NEW_USER | _NEW_NET)


_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
"""CLONE_NEWUSER, CLONE_NEWNET."""


def allow_cpu(seconds: float) -> None:
    """Let the process compute for so many seconds more, then it is killed (SIGXCPU)."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + seconds) + 1
        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def run_command(arguments: list[str]) -> None:
    """Become another program, such as ffmpeg, under the same limits."""
    limit_process()
    allow_cpu(CPU_LIMIT)
    os.execv(arguments[0], arguments)  # noqa: S606 - what `tools` found, without a shell


def main() -> None:
    """Serve until standard input ends."""
    if sys.argv[1] == "--run":
        run_command(sys.argv[2:])
    sys.path += sys.argv[1:]
    requests, replies = os.fdopen(os.dup(0), "rb"), os.dup(1)
    # Whatever a library prints must not become a message.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    limit_process()
    allow_cpu(CPU_LIMIT)
    _serve(requests, replies)


def _serve(requests: BinaryIO, replies: int) -> None:
    from hingtui.preview.serving import serve

    serve(requests, replies, lambda seconds: allow_cpu(CPU_LIMIT + seconds))


if __name__ == "__main__":
    main()
