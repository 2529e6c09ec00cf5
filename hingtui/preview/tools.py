"""Find what can decode: the libraries of the extra `preview`, or ffmpeg. Nothing is imported."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import hingtui

CHILD = str(Path(__file__).with_name("child.py"))
_LIBRARIES = ("av", "PIL", "textual_image")


@dataclass(frozen=True, slots=True)
class Tools:
    """What there is."""

    folders: tuple[str, ...] = ()
    """Where the decoder process finds its libraries; () without PyAV."""
    has_sixel: bool = False
    ffmpeg: str = ""
    """Its path, "" without."""

    @property
    def can_play(self) -> bool:
        """Whether there can be more than a poster."""
        return bool(self.folders)


def find_tools(path: str | None = None) -> Tools:
    """Look for both; in a thread, because it reads folders. `path`: instead of PATH."""
    ffmpeg = shutil.which("ffmpeg", path=path) or ""
    found = {name: folder for name in _LIBRARIES if (folder := _folder_of(name))}
    if "av" not in found or sys.platform == "win32":  # pipes cannot be waited for there
        return Tools(ffmpeg=ffmpeg if sys.platform != "win32" else "")
    ours = str(Path(hingtui.__file__).parent.parent)
    has_sixel = "PIL" in found and "textual_image" in found
    return Tools(tuple(dict.fromkeys((*found.values(), ours))), has_sixel, ffmpeg)


def _folder_of(library: str) -> str:
    """The folder that the library can be imported from, "" if it is not installed."""
    try:
        spec = importlib.util.find_spec(library)
    except (ImportError, ValueError):
        return ""
    return "" if spec is None or not spec.origin else str(Path(spec.origin).parent.parent)


def child_command(*arguments: str) -> list[str]:
    """The command of the decoder process: Python without the user's own folders and hooks."""
    return [sys.executable, "-I", "-S", CHILD, *arguments]


def child_environ() -> dict[str, str]:
    """The environment of the decoder process: no variable that could hold a token."""
    kept = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}
