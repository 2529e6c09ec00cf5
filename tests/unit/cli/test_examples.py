"""The examples in the help are commands that exist, and fit a terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from hingtui.cli.arguments import make_parser, parse_arguments
from hingtui.cli.completions.parser_words import subcommands
from hingtui.cli.examples import EXAMPLES
from hingtui.text import i18n
from hingtui.text.cell_width import cells

TYPED = [typed for examples in EXAMPLES.values() for typed, _words in examples]


@pytest.fixture(params=i18n.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    spoken = i18n.current_language()
    i18n.use_language(request.param)
    yield request.param
    i18n.use_language(spoken)


def test_every_command_has_examples() -> None:
    assert {name for name, _parser, _words in subcommands(make_parser())} == EXAMPLES.keys() - {""}


@pytest.mark.parametrize("typed", TYPED)
def test_an_example_is_a_line_that_the_parser_accepts(typed: str) -> None:
    found = re.findall(r"\bhingtui\b([^|&>)]*)", typed)
    assert found
    for arguments in found:
        parse_arguments(shlex.split(arguments))


def test_examples_stand_in_the_help_as_typed(language: str) -> None:
    parsers = {name: parser for name, parser, _words in subcommands(make_parser())}
    for name, examples in EXAMPLES.items():
        help_text = parsers.get(name, make_parser()).format_help()
        for typed, words in examples:
            line = next(line for line in help_text.splitlines() if line.startswith(f"  {typed}  "))
            assert line.endswith(i18n._(words))
            assert cells(line) <= 80
