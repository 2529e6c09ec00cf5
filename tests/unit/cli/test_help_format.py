"""The columns of the help are aligned in terminal cells, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hingtui.cli.arguments import make_parser
from hingtui.cli.completions.parser_words import subcommands
from hingtui.cli.help_format import HelpFormatter
from hingtui.text import i18n
from hingtui.text.cell_width import cells

_ITEM = re.compile(r"( {2,4}(?:-|ID|字词|WORDS|标签|TAG|[a-z]+ ).*? {2,})(?=\S)")
"""The first line of an argument or a command, up to its help."""


@pytest.fixture(
    params=[(language, width) for language in i18n.LANGUAGES for width in (60, 80, 120)]
)
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    spoken = i18n.current_language()
    language, columns = request.param
    i18n.use_language(language)
    monkeypatch.setenv("COLUMNS", str(columns))
    yield columns
    i18n.use_language(spoken)


def helps() -> dict[str, str]:
    parser = make_parser()
    texts = {name: one.format_help() for name, one, _words in subcommands(parser)}
    return texts | {"": parser.format_help()}


def test_the_help_of_arguments_begins_in_one_column(width: int) -> None:
    for name, text in helps().items():
        before_examples = text.partition(i18n._("examples:"))[0].split("\n\n", 1)[1]
        starts = {cells(item[1]) for item in map(_ITEM.match, before_examples.split("\n")) if item}
        assert len(starts) == 1, (name, width, starts)


def test_no_line_but_the_examples_is_wider_than_the_terminal(width: int) -> None:
    for name, text in helps().items():
        before, _title, examples = text.partition(i18n._("examples:"))
        notes = examples.partition("\n\n")[2]
        for line in f"{before}\n{notes}".split("\n"):
            assert cells(line) <= width, (name, line)


def test_no_line_of_chinese_begins_with_a_closing_mark(width: int) -> None:
    for text in helps().values():
        assert not re.search(r"^ *[，。、；：！？）》”]", text, re.MULTILINE), width


def test_the_placeholder_for_measuring_is_not_shown() -> None:
    spoken = i18n.current_language()
    i18n.use_language("zh")
    try:
        parser = make_parser()
        assert parser.formatter_class is HelpFormatter
        assert "\ue000" not in parser.format_help() + parser.format_usage()
    finally:
        i18n.use_language(spoken)
