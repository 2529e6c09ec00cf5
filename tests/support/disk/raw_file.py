"""Replace `io.open` by calls of `os` alone, so that each of them can fail.

Which call fails is decided elsewhere.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Container
from typing import Any

_FLAGS = {
    "r": os.O_RDONLY,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
}


class RawFile(io.RawIOBase):
    """As `io.FileIO`, but every read, write and close goes through `os`."""

    def __init__(
        self,
        file: Any,
        mode: str,
        *,
        closefd: bool = True,
        opener: Callable[[Any, int], int] | None = None,
    ) -> None:
        super().__init__()
        kind = next(letter for letter in "rwax" if letter in mode)
        self.mode = mode
        self.name = file
        self._reads = kind == "r" or "+" in mode
        self._writes = kind != "r" or "+" in mode
        self._closes = closefd
        self._descriptor = -1
        if isinstance(file, int):
            self._descriptor = file
            return
        flags = _FLAGS[kind] | os.O_CLOEXEC
        if "+" in mode:
            flags = flags & ~os.O_WRONLY | os.O_RDWR
        self._descriptor = opener(file, flags) if opener else os.open(file, flags, 0o666)
        is_folder = True
        try:
            is_folder = stat.S_ISDIR(os.fstat(self._descriptor).st_mode)
        finally:
            if is_folder:
                self.close()
        if is_folder:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(file))

    def fileno(self) -> int:
        if self._descriptor < 0:
            raise ValueError("closed")
        return self._descriptor

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return os.lseek(self.fileno(), offset, whence)

    def truncate(self, size: int | None = None, /) -> int:
        end = self.tell() if size is None else size
        os.ftruncate(self.fileno(), end)
        return end

    def readinto(self, buffer: Any, /) -> int:
        data = os.read(self.fileno(), len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any, /) -> int:
        return os.write(self.fileno(), data)

    def close(self) -> None:
        if self.closed:
            return
        descriptor, self._descriptor = self._descriptor, -1
        try:
            super().close()
        finally:
            if self._closes and descriptor >= 0:
                os.close(descriptor)

    def is_of(self, descriptors: Container[int]) -> bool:
        """Whether it still holds one of them."""
        return self._descriptor in descriptors

    def abandon(self) -> None:
        """Somebody else has closed the descriptor."""
        self._descriptor = -1
        super().close()


def buffered(
    raw: RawFile,
    mode: str,
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> Any:
    """The file as `io.open` would have buffered and decoded it."""
    if buffering == 0:
        return raw
    size = io.DEFAULT_BUFFER_SIZE if buffering in (-1, 1) else buffering
    buffer: Any
    if "+" in mode:
        buffer = io.BufferedRandom(raw, size)
    elif "r" in mode:
        buffer = io.BufferedReader(raw, size)
    else:
        buffer = io.BufferedWriter(raw, size)
    if "b" in mode:
        return buffer
    return io.TextIOWrapper(buffer, encoding, errors, newline, line_buffering=buffering == 1)
