"""The exceptions that `inspect` raises; each message is a sentence for the user.

Corrupt
├── BrokenMp4       an MP4 or QuickTime file, and its index or used samples are missing
└── Unverifiable    nothing in the file says whether it is complete
    └── NotMp4      the bytes are no MP4 or QuickTime file
"""

from __future__ import annotations

from hingtui.model.errors import Corrupt
from hingtui.text.i18n import _


class BrokenMp4(Corrupt):
    """An MP4 or QuickTime file whose index, or samples that the index uses, are missing."""


class Unverifiable(Corrupt):
    """Nothing in the file says whether it is complete; it may be whole or not."""


class NotMp4(Unverifiable):
    """The file has no MP4 or QuickTime boxes at all."""


def index_is_missing() -> BrokenMp4:
    return BrokenMp4(_("Incomplete MP4: its index is missing"))


def index_is_damaged() -> BrokenMp4:
    return BrokenMp4(_("Incomplete MP4: its index is cut off or damaged"))


def samples_are_missing() -> BrokenMp4:
    return BrokenMp4(_("Incomplete MP4: part of its pictures or sound is missing"))


def has_no_samples() -> Unverifiable:
    return Unverifiable(_("Cannot check this MP4: it holds no pictures or sound"))


def index_is_too_large() -> Unverifiable:
    return Unverifiable(_("Cannot check this MP4: its index is too large"))


def has_too_many_boxes() -> Unverifiable:
    return Unverifiable(_("Cannot check this MP4: it has too many boxes"))


def is_not_mp4() -> NotMp4:
    return NotMp4(_("This is not an MP4 file"))
