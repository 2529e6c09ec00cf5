"""What was done about a damaged watchlist, and the sentence that says so. It reads no file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hingtui.text.i18n import _, ngettext


@dataclass(frozen=True, slots=True)
class Repair:
    """A damaged file that was found, and replaced by what could be recovered."""

    kept: Path
    """The copy of the damaged file."""
    has_backup: bool
    """Whether there was a backup that could be read."""
    videos: int
    """How many are watched now."""


def repair_text(repair: Repair) -> str:
    """What was done, and where the damaged file is."""
    if repair.has_backup:
        words = _("The watchlist was damaged. Its backup is used; the bad file is {name}.")
    elif repair.videos:
        words = ngettext(
            "The watchlist was damaged and has no usable backup. {n} video could be read from it; "
            "the bad file is {name}.",
            "The watchlist was damaged and has no usable backup. {n} videos could be read from it; "
            "the bad file is {name}.",
            repair.videos,
        )
    else:
        words = _(
            "No video could be read from the watchlist, and it has no usable backup: it begins "
            "anew. The old file is {name}; hingtui history lists what was watched."
        )
    return words.format(name=repair.kept.name, n=repair.videos)
