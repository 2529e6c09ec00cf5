"""What the history screen shows: what was found, the videos that were read, the figures.

The methods of `HistoryView` block, but for one: they run in threads. Must not import Textual: it is
tested without a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hingtui.model.key import VideoKey
from hingtui.monitor.history_words import HistoryWords, parse_history_words
from hingtui.storage.history import (
    History,
    HistoryVideo,
    Interrupted,
    Search,
    Statistics,
    StatusChange,
)
from hingtui.text.i18n import _

MOST_FOUND = 10_000
"""Videos that a search lists at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found."""

    words: HistoryWords
    numbers: list[int]
    """The last to begin first, at most `MOST_FOUND`."""
    total: int
    """All videos of the history."""

    @property
    def is_cut(self) -> bool:
        """Whether there may be more."""
        return len(self.numbers) >= MOST_FOUND


@dataclass(frozen=True, slots=True)
class ShownVideo:
    """One video, and whether its files are still where they were saved."""

    video: HistoryVideo
    is_moved: bool = False


class HistoryView:
    """The history as one screen reads it."""

    def __init__(self, history: History, now: Callable[[], float]) -> None:
        """`now` gives Unix seconds."""
        self._history = history
        self._now = now
        self._wanted = 0

    def next_search(self) -> int:
        """The number of a new search; an earlier one that still runs is ended. Does not block."""
        self._wanted += 1
        self._history.interrupt()
        return self._wanted

    def find(self, search: int, text: str) -> Found:
        """What the words in `text` find. Raises Interrupted if there is a newer search already."""
        self._check(search)
        words = parse_history_words(text, self._now())
        total = self._history.count()
        self._check(search)
        return Found(words, self._history.find(words.wanted, MOST_FOUND), total)

    def statistics(self, search: int, wanted: Search) -> Statistics:
        """The figures of what is wanted. Raises Interrupted if there is a newer search already."""
        self._check(search)
        return self._history.statistics(wanted)

    def load(self, numbers: Sequence[int]) -> dict[int, ShownVideo]:
        """The videos with these numbers."""
        videos = self._history.videos(numbers)
        if len(videos) == len(numbers):
            return {n: _shown(video) for n, video in zip(numbers, videos, strict=True)}
        found = {}  # some are gone meanwhile
        for n in numbers:
            for video in self._history.videos([n]):
                found[n] = _shown(video)
        return found

    def changes(self, key: VideoKey) -> list[StatusChange]:
        """The observed status changes of a video, the oldest first."""
        return self._history.changes(key)

    def close(self) -> None:
        """Close the file."""
        self._history.close()

    def _check(self, search: int) -> None:
        if search != self._wanted:
            raise Interrupted("a newer search has begun")


def count_text(found: Found) -> str:
    """How many were found, of how many."""
    if found.words.wanted.is_all:
        return f"{found.total:,}"
    n = f"{len(found.numbers):,}" + ("+" if found.is_cut else "")
    return _("{n} of {m}").format(n=n, m=f"{found.total:,}")


def note_text(found: Found) -> str:
    """Why nothing, or something else than expected, was found; "" if all is well."""
    if found.words.problem:
        return found.words.problem
    if found.numbers:
        return ""
    if found.total:
        return _("No video matches. {key} shows all.").format(key="Esc")
    return _(
        "Nothing was watched yet. Videos that you add are listed here, and stay when they are "
        "unwatched."
    )


def _shown(video: HistoryVideo) -> ShownVideo:
    files = {path for path in (video.entry.saved, *video.entry.files) if path is not None}
    return ShownVideo(video, is_moved=not all(path.exists() for path in files))
