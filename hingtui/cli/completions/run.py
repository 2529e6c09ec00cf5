"""The command `completions`: print the script of a shell, or what can be typed now.

It imports neither Textual nor httpx: a shell waits for its answer at each press of Tab.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from hingtui.cli.arguments import make_parser

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=.,~/-]+")
"""What no shell takes for anything but itself. Ids come from servers: others are not offered."""


def completions(environ: Mapping[str, str], what: str) -> int:
    """Print the script for the shell `what`, or the `gateways` or `ids`; the exit status."""
    if what in ("gateways", "ids"):
        return _print_names(environ, what)
    from hingtui.cli.completions import bash, fish, parser_words, zsh

    script = {"bash": bash.script, "fish": fish.script, "zsh": zsh.script}[what]
    sys.stdout.write(script(parser_words.commands_of(make_parser())))
    return 0


def _print_names(environ: Mapping[str, str], what: str) -> int:
    """Print one name a line. Nothing is asked, changed or repaired, and no command is run."""
    from hingtui.storage.settings import inspect_settings

    settings, problems = inspect_settings(environ)
    if settings is None:
        print(f"hingtui: {problems.errors[0]}", file=sys.stderr)
        return 1
    if what == "gateways":
        names = [gateway.name for gateway in settings.gateways]
    else:
        from hingtui.storage.watchlist.inspection import watched_ids

        names = watched_ids(settings.watchlist_path)
    sys.stdout.writelines(f"{name}\n" for name in names if _PLAIN.fullmatch(name))
    return 0
