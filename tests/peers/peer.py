"""The settings that hingtui needs for a gateway, and programs that run meanwhile."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_START = 240.0
"""Seconds that a program may take until it listens: LiteLLM imports for a long time."""


class NotInstalledError(Exception):
    """A program is missing; the text says which, and how to get it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One gateway, with the ids of its videos."""

    name: str
    base_url: str
    token: str = field(repr=False)
    ids: tuple[str, ...]
    kind: str = "auto"


def program(name: str, variable: str, remedy: str) -> str:
    """The path of a program: the one that the variable names, or that is on the PATH."""
    found = os.environ.get(variable) or shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if not found or not Path(found).exists():
        raise NotInstalledError(f"{name} is not installed ({remedy}; or set {variable})")
    return found


def free_port() -> int:
    """A port that nobody listens on now, and that the system gives to nobody by itself."""
    while True:
        port = random.randint(20_000, 30_000)  # noqa: S311 - nothing secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


@contextmanager
def running(
    command: Sequence[str], folder: Path, *, probe: str, environ: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Meanwhile, run a program; entering waits until `probe` responds. Its output is in `folder`.

    Raises RuntimeError with the end of its output if it does not listen.
    """
    output = folder / "output.log"
    with output.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the program was chosen by the person
            command,
            stdout=log,
            stderr=log,
            env={**os.environ, **(environ or {})},
            cwd=folder,
            start_new_session=True,  # Ctrl+C is for us: we end it
        )
    try:
        if not _listens(process, probe):
            raise RuntimeError(f"{command[0]} does not listen:\n{output.read_text()[-2000:]}")
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(process: subprocess.Popen[bytes], url: str) -> bool:
    end = time.monotonic() + _START
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - on this machine
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.2)
    return False


def request(url: str, token: str, payload: object = None) -> Any:
    """The JSON that a gateway responds with; a payload is posted."""
    body = None if payload is None else json.dumps(payload).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(url, body, headers)  # noqa: S310 - on this machine
    with urllib.request.urlopen(asked, timeout=60) as response:  # noqa: S310
        return json.load(response)
