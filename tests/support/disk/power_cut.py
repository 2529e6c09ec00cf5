"""Work out what of a folder's files outlasts a power cut, from what was fsynced.

Which calls fail is decided elsewhere. The model, no kinder than POSIX: bytes last once their file
was fsynced, names last once their folder was. Names of one folder appear in the order in which
they were changed, those of two folders in any order; bytes that were not fsynced may be there, be
missing, be zeros, or be cut short, whether or not the file's name lasts.
"""

from __future__ import annotations

import os
import random
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(eq=False)
class _Node:
    """One file, whatever its names are."""

    lasting: bytes
    mode: int
    last: bytes = b""
    """What stood in it when its last name went."""


@dataclass(frozen=True)
class _Link:
    """A symbolic link."""

    target: str


_Entry = _Node | _Link | None
"""None is a folder."""


@dataclass
class _Folder:
    """The names in one folder, in every state a power cut may bring back; the sure one first."""

    states: list[dict[str, _Entry]] = field(default_factory=list)


class Platter:
    """What the disk below `root` has really written; it gets every change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nodes: dict[int, _Node] = {}
        self._folders: dict[Path, _Folder] = {}
        self._look_into(root)

    def before(self, *paths: Path) -> None:
        """These names are about to change: remember what they lead to."""
        for path in paths:
            node = self._node(path)
            if isinstance(node, _Node):
                node.last = _content(path)

    def after(self, *paths: Path, is_new: bool = False) -> None:
        """These names, or what they lead to, have changed. `is_new`: a file was made."""
        for path in paths:
            if is_new:
                state = os.lstat(path)
                self._nodes[state.st_ino] = _Node(b"", stat.S_IMODE(state.st_mode))
            folder = self._folders.setdefault(path.parent, _Folder([{}]))
            now = self._entries(path.parent)
            if now != folder.states[-1]:
                folder.states.append(now)
            if path.is_dir() and not path.is_symlink():
                self._folders.setdefault(path, _Folder([{}]))

    def synced(self, descriptor: int, path: Path) -> None:
        """An fsync has come back."""
        state = os.fstat(descriptor)
        if stat.S_ISDIR(state.st_mode):
            folder = self._folders.setdefault(path, _Folder([{}]))
            folder.states = [self._entries(path)]
        else:
            node = self._nodes.setdefault(state.st_ino, _Node(b"", stat.S_IMODE(state.st_mode)))
            try:
                node.lasting = _all_of(descriptor)
            except OSError:  # open for writing only
                node.lasting = _content(path)

    def cut(self, chance: random.Random | None) -> None:
        """Leave in `root` what outlasts it; without `chance` all that was not fsynced goes."""
        for folder in self._folders:
            for path in _files_in(folder):
                self.before(path)
        tree = _Outcome(chance).of(self._folders)
        for path in list(self.root.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        self._restore(self.root, tree, {})
        self._nodes.clear()
        self._folders.clear()
        self._look_into(self.root)

    def _restore(
        self, folder: Path, tree: dict[Path, dict[str, tuple[_Entry, bytes]]], made: dict[int, Path]
    ) -> None:
        for name, (entry, data) in tree.get(folder, {}).items():
            path = folder / name
            if entry is None:
                path.mkdir()
                self._restore(path, tree, made)
            elif isinstance(entry, _Link):
                path.symlink_to(entry.target)
            elif id(entry) in made:
                path.hardlink_to(made[id(entry)])
            else:
                path.write_bytes(data)
                path.chmod(entry.mode)
                made[id(entry)] = path

    def _look_into(self, folder: Path) -> None:
        """What is there before anybody changes it has long been on the disk."""
        self._folders[folder] = _Folder([self._entries(folder)])
        for path in list(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                self._look_into(path)

    def _entries(self, folder: Path) -> dict[str, _Entry]:
        return {path.name: self._node(path) for path in folder.iterdir()}

    def _node(self, path: Path) -> _Entry:
        try:
            state = os.lstat(path)
        except FileNotFoundError:
            return None
        if stat.S_ISLNK(state.st_mode):
            return _Link(str(path.readlink()))
        if not stat.S_ISREG(state.st_mode):
            return None
        if state.st_ino not in self._nodes:
            self._nodes[state.st_ino] = _Node(_content(path), stat.S_IMODE(state.st_mode))
        node = self._nodes[state.st_ino]
        node.mode = stat.S_IMODE(state.st_mode)
        return node


class _Outcome:
    """What one power cut did, by chance or at its worst."""

    def __init__(self, chance: random.Random | None) -> None:
        self._chance = chance
        self._names = chance.choice(["old", "new", "any"]) if chance else "old"
        self._bytes = chance.choice(["old", "new", "zeros", "cut", "any"]) if chance else "old"
        self._data: dict[int, bytes] = {}

    def of(self, folders: dict[Path, _Folder]) -> dict[Path, dict[str, tuple[_Entry, bytes]]]:
        return {
            path: {name: (entry, self._left_of(entry)) for name, entry in self._state(it).items()}
            for path, it in folders.items()
        }

    def _state(self, folder: _Folder) -> dict[str, _Entry]:
        if self._names == "any" and self._chance:
            return self._chance.choice(folder.states)
        return folder.states[-1 if self._names == "new" else 0]

    def _left_of(self, entry: _Entry) -> bytes:
        if not isinstance(entry, _Node):
            return b""
        if id(entry) not in self._data:
            self._data[id(entry)] = self._bytes_of(entry)
        return self._data[id(entry)]

    def _bytes_of(self, node: _Node) -> bytes:
        kind = self._bytes
        if kind == "any" and self._chance:
            kind = self._chance.choice(["old", "new", "zeros", "cut"])
        match kind:
            case "new":
                return node.last
            case "zeros":
                return node.lasting[: len(node.last)].ljust(len(node.last), b"\0")
            case "cut":
                return node.last[: (len(node.lasting) + len(node.last)) // 2]
            case _:
                return node.lasting


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]


def _content(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return _all_of(descriptor)
    finally:
        os.close(descriptor)


def _all_of(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0) if size else b""
