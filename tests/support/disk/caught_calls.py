"""Intercept every system call of this process that changes or reads a file below one folder.

A callback decides before each call whether it is carried out.
"""

from __future__ import annotations

import builtins
import fcntl
import io
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from hingtui.system.files import renaming
from tests.support.disk.raw_file import RawFile, buffered

Call = Callable[..., Any]

NAMES = ("unlink", "remove", "rmdir", "mkdir", "chmod", "truncate", "utime", "rename", "replace",
         "link", "symlink")  # fmt: skip
"""Calls that change the file, folder or name that they are given."""
DESCRIPTORS = ("fsync", "fdatasync", "ftruncate", "fchmod")
"""Calls that change an open file."""
_LOOKS = ("stat", "lstat", "fstat", "access", "scandir", "listdir", "readlink", "statvfs", "lseek")
_TO_SECOND = ("rename", "replace", "link", "symlink")
"""Calls whose second argument is the name that comes to be."""

BOOT_ID = "/proc/sys/kernel/random/boot_id"
"""Where Linux says which run of the machine this is."""


class CallHandler(Protocol):
    """Who is asked. `act` is the call itself: to be made or not."""

    @property
    def counts_looks(self) -> bool: ...
    def step(self, call: str, place: Path, act: Call) -> Any: ...
    def look(self, call: str, place: Path, act: Call) -> Any: ...
    def change(self, call: str, places: list[Path], act: Call) -> Any: ...
    def create(self, place: Path, act: Call) -> Any: ...
    def sync(self, call: str, descriptor: int, place: Path) -> Any: ...
    def write(self, descriptor: int, place: Path, data: memoryview, real: Call) -> int: ...
    def close(self, descriptor: int, place: Path, act: Call) -> None: ...


class CaughtCalls:
    """From `catch` to `release` the calls below `root` go through the handler."""

    def __init__(self, root: Path, handler: CallHandler) -> None:
        self._roots = {os.path.abspath(root), os.path.realpath(root)}  # noqa: PTH100
        self._handler = handler
        self._own = threading.local()
        self._descriptors: dict[int, Path] = {}
        self._files: weakref.WeakSet[RawFile] = weakref.WeakSet()
        self._real: dict[tuple[Any, str], Call] = {}
        self._places: dict[str, Path | None] = {}
        """By absolute path: where below the root it is."""
        self.boots = 0
        """How often this machine has, as far as anybody can tell, been started anew."""

    def catch(self) -> None:
        for name in NAMES:
            self._patch(os, name, self._of_name)
        for name in (*DESCRIPTORS, "read"):
            self._patch(os, name, self._of_descriptor)
        for name in _LOOKS:
            self._patch(os, name, self._look)
        self._patch(os, "open", self._open)
        self._patch(os, "write", self._write)
        self._patch(os, "close", self._close)
        self._patch(io, "open", self._open_file)
        self._patch(builtins, "open", self._open_file)
        self._patch(fcntl, "flock", self._flock)
        self._patch(renaming, "exclusive_rename", self._rename)

    def release(self) -> None:
        for (module, name), real in self._real.items():
            setattr(module, name, real)

    @contextmanager
    def uncaught(self) -> Iterator[None]:
        """What this thread does within is nobody's business."""
        before = getattr(self._own, "business", False)
        self._own.business = True
        try:
            yield
        finally:
            self._own.business = before

    def place(self, what: Any) -> Path | None:
        """Where below the root a name or descriptor leads; None where that is not below it."""
        if getattr(self._own, "business", False):
            return None
        if isinstance(what, int):
            return self._descriptors.get(what)
        try:
            path = os.fsdecode(what)
        except (TypeError, ValueError):
            return None
        return self._below(path if path.startswith(os.sep) else os.path.join(os.getcwd(), path))  # noqa: PTH109, PTH118

    def _below(self, absolute: str) -> Path | None:
        if absolute not in self._places:
            path = os.path.abspath(absolute)  # noqa: PTH100 - follows no links
            is_below = any(path == root or path.startswith(root + os.sep) for root in self._roots)
            self._places[absolute] = Path(path) if is_below else None
        return self._places[absolute]

    def named(self, path: Path) -> str:
        """The path from the root on; "" for the root itself."""
        text = str(path)
        return next(text[len(root) + 1 :] for root in self._roots if text.startswith(root))

    @property
    def open_files(self) -> list[Path]:
        return list(self._descriptors.values())

    def close_all(self) -> None:
        """As the kernel does when a process ends."""
        for file in list(self._files):
            if file.is_of(self._descriptors):
                file.abandon()
        for descriptor in self._descriptors:
            self._real[os, "close"](descriptor)
        self._descriptors.clear()

    def _patch(self, module: Any, name: str, make: Callable[[str, Call], Call]) -> None:
        real = getattr(module, name)
        self._real[module, name] = real
        setattr(module, name, make(name, real))

    def _of_name(self, name: str, real: Call) -> Call:
        def call(*args: Any, **more: Any) -> Any:
            if self.place(args[1 if name in _TO_SECOND else 0]) is None:
                return real(*args, **more)
            places = [place for what in args[:2] if (place := self.place(what)) is not None]
            return self._handler.change(name, places, lambda: real(*args, **more))

        return call

    def _of_descriptor(self, name: str, real: Call) -> Call:
        def call(descriptor: Any, *args: Any) -> Any:
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            place = self.place(number)
            if place is None:
                return real(descriptor, *args)
            if name in ("fsync", "fdatasync"):
                return self._handler.sync(name, number, place)
            return self._handler.step(name, place, lambda: real(number, *args))

        return call

    def _look(self, name: str, real: Call) -> Call:
        def call(*args: Any, **more: Any) -> Any:
            place = self.place(args[0]) if args and self._handler.counts_looks else None
            if place is None:
                return real(*args, **more)
            return self._handler.look(name, place, lambda: real(*args, **more))

        return call

    def _write(self, _name: str, real: Call) -> Call:
        def call(descriptor: int, data: Any) -> int:
            place = self.place(descriptor)
            if place is None:
                return int(real(descriptor, data))
            return self._handler.write(descriptor, place, memoryview(data).cast("B"), real)

        return call

    def _open(self, _name: str, real: Call) -> Call:
        def call(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
            place = None if more.get("dir_fd") is not None else self.place(path)
            if place is None:
                return int(real(path, flags, mode, **more))

            def act() -> int:
                descriptor = int(real(path, flags, mode, **more))
                self._descriptors[descriptor] = place
                return descriptor

            with self.uncaught():
                is_new = bool(flags & os.O_CREAT) and not os.path.lexists(path)
            if is_new:
                return int(self._handler.create(place, act))
            return int(self._handler.step("open", place, act))

        return call

    def _close(self, _name: str, real: Call) -> Call:
        def call(descriptor: int) -> None:
            place = self.place(descriptor)
            if place is None:
                real(descriptor)
                return

            def act() -> None:
                del self._descriptors[descriptor]
                real(descriptor)

            self._handler.close(descriptor, place, act)

        return call

    def _flock(self, _name: str, real: Call) -> Call:
        def call(descriptor: Any, operation: int) -> None:
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            place = self.place(number)
            if place is not None:
                self._handler.step("flock", place, lambda: None)
            real(number, operation)  # not within the step: it may wait long

        return call

    def _rename(self, _name: str, real: Call) -> Call:
        """The one call that is not Python's: it says the number of its error."""

        def call(old: bytes, new: bytes) -> int:
            places = [place for what in (old, new) if (place := self.place(what)) is not None]
            if not places:
                return int(real(old, new))
            try:
                return int(self._handler.change("rename", places, lambda: real(old, new)))
            except OSError as trouble:
                return trouble.errno or 0

        return call

    def _open_file(self, _name: str, real: Call) -> Call:
        """As `io.open`, on top of a raw file whose every call is caught."""

        def call(file: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
            if self.boots and str(file) == BOOT_ID:
                return io.StringIO(f"boot {self.boots}")
            opener = more.pop("opener", None)
            if self.place(file) is None:
                return real(file, mode, *args, opener=opener, **more)
            raw = RawFile(file, mode, closefd=more.pop("closefd", True), opener=opener)
            self._files.add(raw)
            return buffered(raw, mode, *args, **more)

        return call
