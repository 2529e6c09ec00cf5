"""Run the user's own commands: those of events, and what opens a video.

They get no shell, no terminal and no token: other programs can list an environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
from collections.abc import Iterable, Mapping, Sequence

_SHORTEST_PART = 8
"""Characters of a token from which on it is also looked for inside longer values."""

_started: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()
if sys.platform != "win32":
    _WAIT_FLAGS = os.WEXITED | os.WNOHANG | os.WNOWAIT
    """Say which child has ended, and leave it as it is."""


def start(
    command: Sequence[str], token: str | None = None, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` without waiting for it, with these variables more. Raises OSError.

    `token` is the one in use; it is removed from the environment.
    """
    process = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without_token({**os.environ, **(more or {})}, [token] if token else []),
        start_new_session=True,
    )
    _started.add(process)
    return process


def is_first_process() -> bool:
    """Whether this is the first process of a container: it inherits every orphan in there."""
    return os.getpid() == 1


def reap_orphans() -> None:
    """In the first process of a container, reap what the user's commands left behind.

    It leaves out commands that `start` has started: their callers wait for them.
    """
    if sys.platform == "win32" or not is_first_process():
        return
    own = {process.pid for process in tuple(_started) if process.returncode is None}
    try:
        while (
            ended := os.waitid(os.P_ALL, 0, _WAIT_FLAGS)
        ) is not None and ended.si_pid not in own:
            os.waitpid(ended.si_pid, os.WNOHANG)
    except ChildProcessError:
        return  # there are no children


def without_token(environ: Mapping[str, str], tokens: Iterable[str] = ()) -> dict[str, str]:
    """`environ` without the variables that hold a token, whatever their names.

    The tokens are `tokens`, those that this process has used, and the one in `environ` itself.
    """
    from hingtui.text.redaction import KNOWN, TOKEN_VARIABLES

    first, *others = TOKEN_VARIABLES
    set_here = {environ.get(first, "").strip()}
    # Many programs have a TOKEN: only the gateway's kind is removed under other names, too.
    set_here |= {text for name in others if (text := environ.get(name, "").strip())[:3] == "oh-"}
    secrets = {text for text in (*tokens, *KNOWN, *set_here) if text}
    return {
        name: value
        for name, value in environ.items()
        if name not in TOKEN_VARIABLES and not any(_holds(value, text) for text in secrets)
    }


def _holds(value: str, secret: str) -> bool:
    return value.strip() == secret or (len(secret) >= _SHORTEST_PART and secret in value)
