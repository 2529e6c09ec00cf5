"""The key tables of the READMEs match the commands, and both name the same commands to type.

`HINGTUI_README=write python3 -m pytest tests/unit/ui/test_readme_keys.py -n 0` updates it.
"""

from __future__ import annotations

import os
import re
from itertools import zip_longest
from pathlib import Path

import pytest

from hingtui.text import i18n
from hingtui.ui.commands import Command, Group
from hingtui.ui.keys import LiveKeys, shown_key
from tests.tools.readme_commands import blocks

ROOT = Path(__file__).parents[3]
CHINESE = ROOT / "hingtui" / "text" / "locale" / "zh_CN" / "README.md"
READMES = {"en": ROOT / "README.md", "zh": CHINESE}
HEADS = {
    language: "|" + head * 2 + "\n|" + " --- |" * 6 + "\n"
    for language, head in (
        ("en", " key | does | in `[keys]` |"),
        ("zh", " 按键 | 做什么 | `[keys]` 里的名称 |"),
    )
}


def cells(command: Command | None) -> str:
    if command is None:
        return "| | |"
    # A character beyond ASCII is a default key's place on a Chinese keyboard.
    keys = " ".join(f"`{shown}`" for key in command.keys if (shown := shown_key(key)).isascii())
    return f"{keys} | {command.help} | `{command.id}` |"


def table(language: str) -> str:
    """Videos and downloads on the left, the rest on the right, as in the help."""
    spoken = i18n.current_language()
    i18n.use_language(language)
    commands = LiveKeys().commands
    left, right = (
        [command for group in groups for command in commands if command.group is group]
        for groups in ((Group.VIDEOS, Group.DOWNLOADS), (Group.TABLE, Group.PROGRAM))
    )
    rows = [f"| {cells(one)} {cells(other)}\n" for one, other in zip_longest(left, right)]
    i18n.use_language(spoken)
    return HEADS[language] + "".join(rows)


@pytest.mark.parametrize("language", READMES)
def test_the_key_table_of_a_readme_is_up_to_date(language: str) -> None:
    readme = READMES[language]
    text = readme.read_text("utf-8")
    pattern = re.compile(re.escape(HEADS[language]) + r"(?:\|.*\n)+")
    if os.environ.get("HINGTUI_README") == "write":
        readme.write_text(pattern.sub(lambda _found: table(language), text), "utf-8")
        text = readme.read_text("utf-8")
    found = pattern.search(text)
    assert found is not None
    assert found[0] == table(language)


def test_both_readmes_name_the_same_commands() -> None:
    english, chinese = (blocks(READMES[language].read_text("utf-8")) for language in ("en", "zh"))
    assert english == chinese
    assert len(english) > 5


@pytest.mark.parametrize(
    "pattern",
    [r"^\| `hingtui (\w*)", r"^(\w+) = ", r"^\| `([A-Z]\w+)`", r"`(on_\w+)`"],
    ids=["commands", "settings", "variables", "events"],
)
def test_both_readmes_describe_the_same_things(pattern: str) -> None:
    english, chinese = (
        set(re.findall(pattern, readme.read_text("utf-8"), re.MULTILINE))
        for readme in READMES.values()
    )
    assert english == chinese
    assert len(english) > 4


@pytest.mark.parametrize("language", READMES)
def test_each_link_of_a_readme_leads_to_a_file(language: str) -> None:
    readme = READMES[language]
    text = readme.read_text("utf-8")
    links = re.findall(r"\]\(([^)#]+)|(?:src|srcset)=\"([^\"]+)", text)
    assert len(links) > 5
    for link in ("".join(pair) for pair in links):
        assert (readme.parent / link).is_file(), link
