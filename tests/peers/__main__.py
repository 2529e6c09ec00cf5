"""Run every gateway that is installed: `python3 -m tests.peers [FOLDER]`, until Ctrl+C or SIGTERM.

FOLDER gets a config.toml with all of them; it is a HINGTUI_HOME. Printed are the variables with
their tokens, and the commands that add their videos.
"""

from __future__ import annotations

import shlex
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.peers.aimock import aimock
from tests.peers.demo import demo, peers_of
from tests.peers.litellm import litellm
from tests.peers.nginx import nginx
from tests.peers.peer import NotInstalledError, Peer

_OTHERS = {"nginx": (nginx, 8), "litellm": (litellm, 12), "aimock": (aimock, 24)}
"""What starts each, and how many videos the gateway of the demo behind it has."""


def main(arguments: list[str]) -> int:
    """Start them, print what to do, and wait; the exit status."""
    home = Path(arguments[0] if arguments else tempfile.mkdtemp(prefix="hingtui-peers-")).absolute()
    home.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):  # in the background Ctrl+C is ignored
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        peers = peers_of(stack.enter_context(demo(1)))
        for seed, (name, (start, videos)) in enumerate(_OTHERS.items(), 2):
            behind = stack.enter_context(demo(seed, videos=videos, gateways=["hingnet"]))["hingnet"]
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{name}-")))
            try:
                peers += stack.enter_context(start(behind, folder))
            except NotInstalledError as error:
                print(f"# skipped: {error}")
        (home / "config.toml").write_text("".join(map(_table, peers)))
        print(f"export HINGTUI_HOME={shlex.quote(str(home))}")
        for peer in peers:
            print(f"export {_variable(peer)}={shlex.quote(peer.token)}")
        for peer in peers:
            print(shlex.join(["hingtui", "add", "--gateway", peer.name, *peer.ids]))
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
        for number in (signal.SIGINT, signal.SIGTERM):  # ending them takes a moment
            signal.signal(number, signal.SIG_IGN)
    return 0


def _table(peer: Peer) -> str:
    return (
        f'[gateways.{peer.name}]\nbase_url = "{peer.base_url}"\nkind = "{peer.kind}"\n'
        f'token_env = "{_variable(peer)}"\n\n'
    )


def _variable(peer: Peer) -> str:
    return f"PEER_{peer.name.upper()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
