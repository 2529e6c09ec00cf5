"""The numbers among the arguments, and what is wrong with others."""

from __future__ import annotations

import argparse

from hingtui.text.i18n import _


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


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= most and len(text) < 10):
        message = _("must be a number from 0 to {most}").format(most=most)
        raise argparse.ArgumentTypeError(message)
    return int(text)
