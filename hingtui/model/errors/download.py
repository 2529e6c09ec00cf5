"""Errors of a download whose bytes came, and of this machine's disk."""

from __future__ import annotations

import errno
import os
from typing import Self

from hingtui.model.errors.backoff import Backoff
from hingtui.model.errors.base import HingtuiError, Scope, Transient


def is_disk_full(error: OSError) -> bool:
    """Whether there is no room left, on the disk or in the user's quota."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class DownloadError(HingtuiError):
    """The bytes came, but no whole video of them. `str()` is one sentence."""


class Cancelled(DownloadError):
    """By the user. The part stays for a later download, unless the video was unwatched."""


class Busy(Transient, DownloadError):
    """Another process is downloading this video."""

    scope = Scope.DISK
    retry = Backoff(2.0, 2.0)
    part: os.stat_result | None = None
    """The file that the other process is writing to, if known."""
    index: int = 0
    """Which file of the job it is."""


class Corrupt(Transient, DownloadError):
    """The bytes are not a whole video; perhaps the gateway is still writing it."""

    retry = Backoff(1.0, 120.0)


class Stalled(DownloadError):
    """Too slow, or cut so often that no bytes are gained."""


class Slow(Transient, Stalled):
    """Hardly anything comes: others go first, then this one continues where it stopped."""

    retry = Backoff(5.0, 5.0)


class TooLarge(DownloadError):
    """More bytes than promised, or than the limit."""


class StorageError(DownloadError):
    """This machine's disk refused. `is_full`: it is full, which the user can change."""

    scope = Scope.DISK
    retry = Backoff(30.0, 30.0)
    is_full: bool = False

    @classmethod
    def caused_by(cls, cause: OSError, message: str) -> Self:
        """The error to raise from `cause`; `message` is one sentence about it."""
        error = cls(message)
        error.is_full = is_disk_full(cause)
        return error

    @property
    def is_transient(self) -> bool:
        """When a full disk has room again, the download continues automatically."""
        return self.is_full
