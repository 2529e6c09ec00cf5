"""Run the command that prints a gateway's token.

Its output is the token: it is neither logged nor part of a sentence. What a person wrote as the
command is not repeated either, because it may hold a secret.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import IO, cast

from hingtui.model.errors import SettingsError
from hingtui.storage.settings.gateway import GatewaySettings
from hingtui.storage.settings.tokens import named_token
from hingtui.system.user_commands import without_token
from hingtui.text.i18n import _

TIMEOUT = 30.0
"""Seconds that a command may take: a person may have to unlock a key."""
_MOST_BYTES = 64 * 1024
_GRACE = 0.5
"""Seconds to wait for the rest of the output once the command has ended."""


def load_token(
    gateway: GatewaySettings,
    environ: Mapping[str, str] | None = None,
    *,
    tokens: Iterable[str] = (),
    timeout: float = TIMEOUT,
) -> GatewaySettings:
    """`gateway` with the token that its command prints; the same one if it has no command.

    Blocks up to `timeout` seconds. The command gets `environ` (None: that of this process)
    without any token. Raises SettingsError.
    """
    if gateway.token is not None or not gateway.token_command:
        return gateway
    clean = without_token(os.environ if environ is None else environ, tokens)
    key = f"gateways.{gateway.name}.token_command"
    output = _Output(gateway.token_command, clean, key).read(timeout)
    first = next((line for line in output.splitlines() if line.strip()), "")
    return replace(gateway, token=named_token(first, key))


class _Output:
    """What a command prints, limited in time and size."""

    def __init__(self, command: tuple[str, ...], environ: Mapping[str, str], key: str) -> None:
        self._command = command
        self._environ = environ
        self._key = key
        self._chunks: list[bytes] = []
        self._is_too_long = False

    def read(self, timeout: float) -> str:
        """The output. Raises SettingsError."""
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
                list(self._command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=dict(self._environ),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            sentence = _("{key}: the program cannot be started ({reason}). Check its name.")
            raise self._wrong(sentence, reason=reason) from None
        pipe = cast("IO[bytes]", process.stdout)
        reader = threading.Thread(target=self._collect, args=(pipe,), daemon=True)
        reader.start()
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            sentence = _("{key}: the command has not ended in {seconds} seconds. Try it by hand.")
            raise self._wrong(sentence, seconds=round(timeout)) from None
        reader.join(_GRACE)  # a child of the command may hold its output open
        if self._is_too_long:
            sentence = _("{key}: the command prints too much. It has to print the token alone.")
            raise self._wrong(sentence)
        if status != 0:
            sentence = _("{key}: the command ended with exit status {status}. Try it by hand.")
            raise self._wrong(sentence, status=status)
        return b"".join(self._chunks).decode("utf-8", "replace")

    def _collect(self, pipe: IO[bytes]) -> None:
        """Read until the end, or too much; then closing the pipe ends the command."""
        length = 0
        with pipe:
            while chunk := os.read(pipe.fileno(), _MOST_BYTES):
                length += len(chunk)
                if length > _MOST_BYTES:
                    self._is_too_long = True
                    return
                self._chunks.append(chunk)

    def _wrong(self, sentence: str, **values: object) -> SettingsError:
        return SettingsError(sentence.format(key=self._key, **values))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command, and where there are sessions also whatever it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):  # all have ended
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
