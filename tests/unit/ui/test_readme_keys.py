"""The key table of the README matches the commands.

`HINGTUI_README=write python3 -m pytest tests/unit/ui/test_readme_keys.py -n 0` updates it.
"""

from __future__ import annotations

import os
import re
from itertools import zip_longest
from pathlib import Path

from hingtui.text import i18n
from hingtui.ui.commands import Command, Group
from hingtui.ui.keys import LiveKeys, shown_key

README = Path(__file__).parents[3] / "README.md"
HEAD = "|" + " key | does | in `[keys]` |" * 2 + "\n|" + " --- |" * 6 + "\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)+")


def cells(command: Command | None) -> str:
    if command is None:
        return "| | |"
    # A character beyond ASCII is a default key's place on a Chinese keyboard.
    keys = " ".join(f"`{shown}`" for key in command.keys if (shown := shown_key(key)).isascii())
    return f"{keys} | {command.help} | `{command.id}` |"


def table() -> str:
    """Videos and downloads on the left, the rest on the right, as in the help."""
    i18n.use_language("en")
    commands = LiveKeys().commands
    left, right = (
        [command for group in groups for command in commands if command.group is group]
        for groups in ((Group.VIDEOS, Group.DOWNLOADS), (Group.TABLE, Group.PROGRAM))
    )
    rows = (f"| {cells(one)} {cells(other)}\n" for one, other in zip_longest(left, right))
    return HEAD + "".join(rows)


def test_the_key_table_of_the_readme_is_up_to_date() -> None:
    text = README.read_text("utf-8")
    if os.environ.get("HINGTUI_README") == "write":
        README.write_text(TABLE.sub(lambda _found: table(), text), "utf-8")
        text = README.read_text("utf-8")
    found = TABLE.search(text)
    assert found is not None
    assert found[0] == table()
