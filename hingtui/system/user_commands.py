"""Run the user's own commands: the hook on_complete, and what opens a video.

They get no shell and no token: an environment can be listed by other programs. They live on their
own, away from this terminal.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence

_SHORTEST_PART = 8
"""Characters from which on a token is looked for inside a longer value."""


def start(command: Sequence[str], token: str | None = None) -> subprocess.Popen[bytes]:
    """Start `command` without waiting for it. Raises OSError where that fails.

    `token` is the one in use, wherever it is from.
    """
    return subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without_token(os.environ, [token] if token else []),
        start_new_session=True,
    )


def without_token(environ: Mapping[str, str], tokens: Iterable[str] = ()) -> dict[str, str]:
    """`environ` without every variable that holds a token, under whatever name.

    Looked for are `tokens`, those that this process has used, and the one that the environment
    itself sets.
    """
    from hingtui.text.redaction import KNOWN, TOKEN_VARIABLES

    first, *others = TOKEN_VARIABLES
    set_here = {environ.get(first, "").strip()}
    # Many programs have a TOKEN: only the gateway's own kind is looked for elsewhere.
    set_here |= {text for name in others if (text := environ.get(name, "").strip())[:3] == "oh-"}
    secrets = {text for text in (*tokens, *KNOWN, *set_here) if text}
    return {
        name: value
        for name, value in environ.items()
        if name not in TOKEN_VARIABLES and not any(_holds(value, text) for text in secrets)
    }


def _holds(value: str, secret: str) -> bool:
    return value.strip() == secret or (len(secret) >= _SHORTEST_PART and secret in value)
