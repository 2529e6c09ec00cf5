"""The final names that a file may get: those that its template gives, or those after its id."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from hingtui.download.claim import busy_elsewhere, is_at, is_locked_elsewhere
from hingtui.download.part_names import SUFFIXES, target_of
from hingtui.model.key import VideoKey
from hingtui.system.files import is_taken, numbered

_IMPOSSIBLE = (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG)
"""Errors of a file system for a name that it does not allow."""

_GAP = 2
"""Free names in a row after which no further one is taken."""


@dataclass(frozen=True, slots=True)
class FinalNames:
    """The names for the file number `index` of a video, in `folder`."""

    key: VideoKey
    folder: Path
    index: int = 0
    stems: Callable[[], Iterator[str]] = lambda: iter(())
    """What it is named by preference, without suffix, without end; empty: after its id."""
    companion: str = ""
    """The suffix of a second file, whose name has to be free as well; "" for none."""

    def by_id(self, suffix: str) -> Iterator[Path]:
        """The names after the id, which no other video gets. Without end."""
        return numbered(target_of(self.key, self.folder, self.index).with_suffix(suffix))

    def preferred(self, suffix: str) -> Iterator[Path]:
        """The names by preference; empty where the file is named after its id."""
        return (self.folder / f"{stem}{suffix}" for stem in self.stems())

    def choices(self, suffix: str) -> Iterator[Path]:
        """The names to be tried, in order. Without end."""
        return chain(self.preferred(suffix), self.by_id(suffix))

    def is_by_id(self, path: Path) -> bool:
        """Whether this is one of the names after the id."""
        base = target_of(self.key, self.folder, self.index).stem
        return re.fullmatch(rf"{re.escape(base)}(-[0-9]+)?", path.stem) is not None

    def is_free(self, path: Path) -> bool:
        """Whether the file may get this name. Raises OSError."""
        return not is_taken(path) and not (
            self.companion and is_taken(path.with_suffix(self.companion))
        )

    def own(self, recorded: str) -> Iterator[Path]:
        """The paths of existing files that can only be this video's.

        `recorded` is the name that its process has chosen, "" if none has.
        """
        if recorded:
            yield from filter(is_taken, [self.folder / recorded])
        for suffix in SUFFIXES:
            yield from taken(self.by_id(suffix))

    def of(self, state: os.stat_result, recorded: str = "") -> Path | None:
        """The name that leads to the file of this `state`; None if there is none."""
        return next((path for path in self.own(recorded) if is_at(state, path)), None)

    def published_as(self, state: os.stat_result | None) -> Path | None:
        """The final name of the part that another process was seen downloading to; None if none.

        An empty part is not looked for among the names that other videos get too: a file system
        gives the place of an empty file that was removed to the next one.
        """
        if state is None:
            return None
        if (path := self.of(state)) is not None or not state.st_size:
            return path
        try:
            shared = (taken(self.preferred(suffix)) for suffix in SUFFIXES)
            return next((p for p in chain.from_iterable(shared) if is_at(state, p)), None)
        except OSError as error:
            if is_impossible(error):
                return None
            raise

    def check_not_just_named(self, recorded: str) -> None:
        """Raise Busy if another process has named its file and not yet reported where it is.

        It holds the lock of its part until then, and the lock goes with the file to its final name.
        So the part's name can be free, and the file complete, before any other process can know.

        The error names no file: a name with a number can be that of another file of the same job.
        """
        if any(map(is_locked_elsewhere, self.own(recorded))):
            raise busy_elsewhere()


def taken(paths: Iterable[Path]) -> Iterator[Path]:
    """Those of the names, in order, at which there is a file; a few free ones may be between them.

    A free one is left by a file that was removed, or by a process that took a name back.
    """
    free = 0
    for path in paths:
        if is_taken(path):
            free = 0
            yield path
        elif (free := free + 1) > _GAP:
            return


def is_impossible(error: OSError) -> bool:
    """Whether the file system does not allow such a name."""
    return error.errno in _IMPOSSIBLE
