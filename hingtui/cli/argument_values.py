"""The numbers among the arguments, and what is wrong with others."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

from hingtui.text.i18n import _

_DASHES = re.compile("^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]{1,3}")
"""Hyphens and every other dash."""


def count(text: str) -> int:
    """A number of videos. Raises ArgumentTypeError, as all of these."""
    return _number(text, 100_000)


def seed(text: str) -> int:
    """Any whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("must be a whole number")) from None


def port(text: str) -> int:
    """A port; 0 is any that is free."""
    return _number(text, 65_535)


def folder(text: str) -> str:
    """The name of a folder; of an unset variable nothing is left."""
    if not text.strip():
        raise argparse.ArgumentTypeError(_("must name a folder"))
    return text


def check_dashes(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """End with the usage where an option of `parser` begins with other dashes than two hyphens.

    Text programs make one long dash of these.
    """
    for argument in arguments:
        written = _DASHES.sub("--", argument)
        option = written.partition("=")[0]
        if written != argument and option in parser._option_string_actions:
            parser.error(_("{word}: write {option}").format(word=argument, option=option))


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= most and len(text) < 10):
        message = _("must be a number from 0 to {most}").format(most=most)
        raise argparse.ArgumentTypeError(message)
    return int(text)
