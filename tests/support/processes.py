"""Start `hingtui ARGUMENTS` as a process of its own, for tests that look at it from outside.

Most of the time of a short command goes into importing. So on Linux a server that has imported
everything forks the processes (`fork_server.py`): they have a pid, streams, signals and an exit
status of their own like any other. A command whose environment changes how Python itself starts
is executed, and so is every command where `HINGTUI_TESTS_EXEC=1` is set.
"""

from __future__ import annotations

import array
import atexit
import ctypes
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::ResourceWarning"}
"""How Python starts for the program, unless a test wants it otherwise."""
_HARMLESS = re.compile(
    r"HINGTUI_\w+|HINGNET_\w+|OPENAI_API_KEY|MY_\w+|HTTPS?_PROXY|HOME|PATH|SYSTEMROOT|TMPDIR|TERM"
    r"|TERMINFO\w*|COLORTERM|NO_COLOR|KITTY_WINDOW_ID|WT_SESSION|VTE_VERSION"
)
"""Variables that are read by the program once it runs, and not while anything is imported."""
_PR_SET_CHILD_SUBREAPER = 36


def start(
    *arguments: str,
    env: Mapping[str, str],
    is_executed: bool = False,
    launch: Sequence[str] = (),
    pace: float = 1.0,
    first: str = "",
    **options: Any,
) -> subprocess.Popen[Any]:
    """Run `hingtui ARGUMENTS`; `options` are those of `subprocess.Popen`.

    `launch` are the arguments of `launch.py` that come before those of hingtui. With `is_executed`
    it is a new Python in any case. In a forked process `pace` seconds pass in each second, so that
    nobody waits for a pause between two attempts. `first` is Python that runs before the program.
    """
    if not is_executed and _can_be_forked(env):
        first = "\n".join([*(path.read_text() for path in _patches(env)), first])
        how = {"launch": [*launch], "arguments": [*arguments], "pace": pace, "first": first}
        return _Forked(how, env=dict(env), **options)
    if first:
        program = ["-c", f"{first}\nimport runpy\nrunpy.run_module('hingtui', run_name='__main__')"]
    elif launch:
        program = ["-S", "-E", str(Path(__file__).with_name("launch.py")), *launch]
    else:
        program = ["-m", "hingtui"]
    command = [sys.executable, *program, *arguments]
    return subprocess.Popen(command, env=dict(env), **options)  # noqa: S603 - this very program


def run(
    *arguments: str,
    env: Mapping[str, str],
    input: Any = None,  # noqa: A002 - as in subprocess.run
    timeout: float | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[Any]:
    """Run `hingtui ARGUMENTS` to its end, and take what it writes."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if input is not None:
        pipes["stdin"] = subprocess.PIPE
    with start(*arguments, env=env, **(pipes | options)) as process:
        try:
            out, err = process.communicate(input, timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _can_be_forked(env: Mapping[str, str]) -> bool:
    if sys.platform != "linux" or os.environ.get("HINGTUI_TESTS_EXEC"):
        return False
    odd = {name: text for name, text in env.items() if not _HARMLESS.fullmatch(name)}
    return odd | {"PYTHONPATH": str(ROOT)} == PYTHON and all(map(Path.is_file, _patches(env)))


def _patches(env: Mapping[str, str]) -> list[Path]:
    """What `pty.patched` lets Python run first, by the folders that come before this project's."""
    *folders, _root = env["PYTHONPATH"].split(os.pathsep)
    return [Path(folder) / "sitecustomize.py" for folder in folders]


class _ForkServer:
    """The process that forks: one for each process that runs tests, started when it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._owner = 0

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> int:
        """The pid of a new child of this process."""
        with self._lock:
            if self._socket is None or self._owner != os.getpid():
                self._start()
            assert self._socket is not None
            rights = array.array("i", descriptors)
            message = json.dumps(request).encode()
            libc = ctypes.CDLL(None, use_errno=True)
            # What the server forks has to become a child of this process, which waits for it.
            libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            try:
                length = struct.pack("I", len(message))
                self._socket.sendmsg([length], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
                self._socket.sendall(message)
                (pid,) = struct.unpack("I", self._socket.recv(4, socket.MSG_WAITALL))
                return int(pid)
            finally:
                libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

    def _start(self) -> None:
        self._socket, other = socket.socketpair()
        self._owner = os.getpid()
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        with other:
            self._process = subprocess.Popen(  # noqa: S603 - a file beside this one
                [sys.executable, "-m", "tests.support.fork_server", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=(other.fileno(),),
                env=kept | PYTHON,
                cwd=ROOT,
            )
        atexit.register(self._stop)

    def _stop(self) -> None:
        if self._socket is not None and self._owner == os.getpid():
            self._socket.close()
            self._process.wait()


_server = _ForkServer()


class _Forked(subprocess.Popen[Any]):
    """A process that the fork server has forked. What a `Popen` can do, it can."""

    def __init__(self, how: dict[str, Any], **options: Any) -> None:
        self._how = how
        super().__init__(["hingtui", *how["arguments"]], **options)

    def _execute_child(
        self,
        args: object,
        executable: object,
        preexec_fn: object,
        close_fds: object,
        pass_fds: Sequence[int],
        cwd: str | os.PathLike[str] | None,
        env: dict[str, str],
        startupinfo: object,
        creationflags: object,
        shell: object,
        p2cread: int,
        p2cwrite: int,
        c2pread: int,
        c2pwrite: int,
        errread: int,
        errwrite: int,
        restore_signals: object,
        gid: object,
        gids: object,
        uid: object,
        umask: object,
        start_new_session: bool,
        process_group: object,
    ) -> None:
        """What Popen calls to make the process; the streams are ready."""
        given = {
            0: 0 if p2cread == -1 else p2cread,
            1: 1 if c2pwrite == -1 else c2pwrite,
            2: 2 if errwrite == -1 else errwrite,
            **{number: number for number in pass_fds},
        }
        request = {
            **self._how,
            "environ": env,
            "folder": os.fspath(cwd or Path.cwd()),
            "descriptors": [*given],
            "new_session": start_new_session,
            "umask": _umask(),
        }
        try:
            self.pid = _server.fork(request, [*given.values()])
            self._child_created = True
        finally:
            close: Any = getattr(self, "_close_pipe_fds")  # noqa: B009 - typeshed knows it not
            close(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)


def _umask() -> int:
    """The umask of this process, read without a moment in which it is another one."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"^Umask:\s*(\d+)", status, re.MULTILINE)
    return int(found[1], 8) if found else 0o022
