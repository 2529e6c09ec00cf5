"""Decide whether the bytes of a part are a whole video, and what to do if that is unknown.

It judges by the bytes, the promised length, and what was received before; it sends no request.
"""

from __future__ import annotations

from pathlib import Path

from hingtui.download.interface import Saved
from hingtui.download.part import Part
from hingtui.download.retry import RetryBudget
from hingtui.model.errors import BadResponse, Corrupt
from hingtui.model.file_kind import HEAD_SIZE, FileKind, file_kind
from hingtui.model.mp4 import BrokenMp4, Mp4, Unverifiable, inspect
from hingtui.system.files import sha256_of
from hingtui.text.i18n import _

_BLANK = 512
"""Zeros at the beginning of a file that was made at its full length and is not written yet."""


class Verification:
    """The judgement on the bytes of one part, which remembers what it rejected."""

    def __init__(self, part: Part, budget: RetryBudget) -> None:
        self._part = part
        self._budget = budget
        self.accepts_anything = False
        """Nothing better will come: accept the file as unverified."""
        self.is_rejected = False
        """The part is as long as promised and no whole video: request all of it again."""
        self.changes = 0
        """How often a rejected file differed from the one rejected before."""
        self._digest = ""
        """The SHA-256 of the file that was rejected last."""
        self._is_same_again = False
        """The file that was rejected last is the one that was rejected before."""
        self._ends: set[int] = set()
        """The bytes at which responses of no stated length have ended."""

    def check(self) -> tuple[str, Mp4 | None]:
        """The suffix for the file, and what it says about itself; None if it is unverified.

        Raises Corrupt where another request may bring more, and BadResponse for a text.
        """
        if not self._part.size:
            raise Corrupt(_("The file that came is empty"))
        kind = file_kind(_head_of(self._part.path))
        mp4 = self._verify(kind)
        is_odd_mp4 = mp4 is None and kind.is_mp4
        return FileKind.UNKNOWN.suffix if is_odd_mp4 else kind.suffix, mp4

    def may_go_on(self, mp4: Mp4 | None) -> bool:
        """Whether this MP4 may be longer: neither the server nor the file gives its length.

        It is not longer once another request has ended at the same byte. Raises Corrupt where
        each request ends at another one.
        """
        may_be_cut = mp4 is not None and (mp4.has_fragments or not mp4.ends_with_box)
        if not may_be_cut or self._part.is_complete or self._part.size in self._ends:
            return False
        self._ends.add(self._part.size)
        if len(self._ends) > self._budget.tries:
            raise Corrupt(_("The connection ended before the file did"))
        return True

    def is_worth_saving(self) -> bool:
        """Whether the rejected file is all that the server has: as long as promised, or sent twice.

        A link may have brought other bytes since then: they must still be the rejected ones.
        """
        is_all = self._part.is_complete or self._is_same_again
        return is_all and self._part.size > 0 and sha256_of(self._part.path) == self._digest

    def _verify(self, kind: FileKind) -> Mp4 | None:
        if kind is FileKind.TEXT:
            self._part.clear()
            raise BadResponse(_("Text came instead of the video"))
        if self.accepts_anything:
            return None
        try:
            if kind.is_mp4:
                return inspect(self._part.path)
        except BrokenMp4 as broken:
            self._remember()
            raise broken from None
        except Unverifiable:
            pass  # judged like any other file that nothing can verify
        self._check_length(kind)
        return None

    def _check_length(self, kind: FileKind) -> None:
        """Raise Corrupt where not even the length of an unverifiable file is known to be right."""
        is_blank = kind is FileKind.UNKNOWN and not any(_head_of(self._part.path)[:_BLANK])
        if self._part.is_complete and not is_blank:
            return
        self._remember()
        if is_blank:
            raise Corrupt(_("The file begins with nothing but zeros"))
        if not self._is_same_again:
            raise Corrupt(
                _("The length of the file was not sent, and nothing in the file gives it")
            )

    def _remember(self) -> None:
        """Compare the rejected file with the one before. If it changed, it may be growing."""
        digest = sha256_of(self._part.path)
        self._is_same_again = digest == self._digest
        if not self._is_same_again:
            self._budget.refill()
            self.changes += 1
        self._digest = digest


def saved_before(path: Path, *, want_digest: bool) -> Saved | None:
    """The file at `path` as a saved video; None if it is gone or no longer whole."""
    try:
        if not path.is_file() or not (size := path.stat().st_size):
            return None  # opening a pipe would block
        mp4 = inspect(path) if path.suffix == FileKind.MP4.suffix else None
        digest = sha256_of(path) if want_digest else None
        return Saved(path, size, digest, mp4)
    except (OSError, Corrupt):
        return None


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_SIZE)
