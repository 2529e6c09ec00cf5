"""What was read of a gateway's list so far, and what a person has marked of it.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import cache

from hingtui.model.key import VideoKey
from hingtui.model.no_list import lacks_list
from hingtui.monitor import Row
from hingtui.monitor.account_list import listed
from hingtui.monitor.list_poller import Listed, Paged
from hingtui.monitor.row_filter import RowFilter, parse_filter, shown_text
from hingtui.text.i18n import in_all_languages, mark

WATCHED = mark("watched")
"""The word for a video that is on the watchlist already."""


class Reading(Enum):
    """How far the list was read."""

    RUNNING = "running"
    """A page is on its way."""
    MORE = "more"
    """There are further pages."""
    END = "end"
    FAILED = "failed"
    """The next page did not come; it can be asked for again."""
    NO_LIST = "no list"
    """The gateway has none."""


class ImportList:
    """One gateway's list, as far as it was read."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.state = Reading.MORE
        self.error: Exception | None = None
        """Why the next page did not come."""
        self.rows: dict[VideoKey, Row] = {}
        """The newest first, as the gateway lists them."""
        self.marks: set[VideoKey] = set()
        self.filter = RowFilter()
        self.words = ""
        """What was typed into the filter."""
        self._entries: dict[VideoKey, Listed] = {}
        self._texts: dict[VideoKey, str] = {}
        """What the filter looks through."""
        self._after: str | None = None
        self._marked_last: VideoKey | None = None
        """Where a range of marks begins."""

    @property
    def after(self) -> str | None:
        """The id behind which the next page begins; None for the first page."""
        return self._after

    def begin(self) -> bool:
        """Whether a page is to be asked for now: there is one, and none is on its way."""
        if self.state not in (Reading.MORE, Reading.FAILED):
            return False
        self.state = Reading.RUNNING
        return True

    def take(self, page: Paged, clock_lead: float = 0.0) -> None:
        """A page has come. What moved from one page to the next meanwhile is kept once.

        `clock_lead`: seconds by which the gateway's clock is ahead of this machine's.
        """
        before = len(self.rows)
        for entry in listed(page):
            key = VideoKey(self.gateway, entry.video.id)
            if key not in self.rows:
                self.rows[key] = _row(key, entry, clock_lead)
                self._entries[key] = entry
        self.error = None
        self._after = page.last_id
        is_end = page.last_id is None or len(self.rows) == before
        self.state = Reading.END if is_end else Reading.MORE

    def fail(self, error: Exception) -> None:
        """The page did not come; what came before is kept."""
        self.error = error
        self.state = Reading.NO_LIST if lacks_list(error) and not self.rows else Reading.FAILED

    def use_filter(self, words: str) -> None:
        """Show only what matches these words."""
        self.words = words
        self.filter = parse_filter(words)

    def shown(self, watched: Mapping[VideoKey, Row], now: float) -> list[VideoKey]:
        """What the filter lets through, at `now` (Unix seconds), in the order of the list."""
        if not self.filter.terms:
            return list(self.rows)
        return [
            key
            for key, row in self.rows.items()
            if self.filter.matches(row, now, self._text(key, row, now, is_watched=key in watched))
        ]

    def _text(self, key: VideoKey, row: Row, now: float, *, is_watched: bool) -> str:
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = shown_text(row, now)
        return f"{text}\n{_watched_text()}" if is_watched else text

    def mark(self, key: VideoKey, watched: Mapping[VideoKey, Row]) -> None:
        """Mark it, or take its mark away; what is watched cannot be marked."""
        self._marked_last = key
        if key not in watched:
            self.marks ^= {key}

    def mark_range(
        self, key: VideoKey, shown: Sequence[VideoKey], watched: Mapping[VideoKey, Row]
    ) -> None:
        """Mark all that are shown from the one marked last to this one."""
        start = self._marked_last if self._marked_last in shown else key
        first, last = sorted((shown.index(start or key), shown.index(key)))
        self.mark_all(shown[first : last + 1], watched)
        self._marked_last = key

    def mark_all(self, shown: Iterable[VideoKey], watched: Mapping[VideoKey, Row]) -> None:
        """Mark all of these that are not watched."""
        self.marks.update(key for key in shown if key not in watched)

    def invert(self, shown: Iterable[VideoKey], watched: Mapping[VideoKey, Row]) -> None:
        """Mark those of these that are not marked, and the other way round."""
        self.marks ^= {key for key in shown if key not in watched}

    def chosen(self, watched: Mapping[VideoKey, Row], cursor: VideoKey | None) -> list[Listed]:
        """The marked entries, or the one under the cursor where none is; none that is watched."""
        keys = self.marks or ({cursor} if cursor is not None else set())
        return [e for key, e in self._entries.items() if key in keys and key not in watched]


def _row(key: VideoKey, entry: Listed, clock_lead: float) -> Row:
    """The entry as the table and the filter take it."""
    return Row(
        key.id,
        added_at=0.0,
        video=entry.video,
        is_old=False,
        gateway=key.gateway,
        clock_lead=clock_lead,
    )


@cache
def _watched_text() -> str:
    return "\n".join(in_all_languages(WATCHED)).casefold()
