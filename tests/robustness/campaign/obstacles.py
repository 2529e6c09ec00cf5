"""Files that are in the way of a download before it begins; some are the user's own."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from tests.robustness.campaign.film import Film
from tests.support.mp4 import mp4

START = "start"
KINDS = (
    "foreign: another file under the final name",
    "foreign: another video under the final name",
    "foreign: a folder under the final name",
    "foreign: a dangling link under the final name",
    "foreign: the first numbers are taken",
    "part: garbage without a note",
    "part: of another video",
    "part: garbage beside a good note",
    "part: zeros at its end",
    "part: longer than the whole",
    "part: note is garbage",
    "part: note is a folder",
    "part: is a folder",
    "part: is a link to the user's file",
    "part: is a second name of the user's file",
)
BLOCKING = ("part: note is a folder", "part: is a folder", "part: is a link to the user's file")
"""Obstacles that the user must remove, because no download can."""


@dataclass
class Obstacles:
    """Creates obstacles below `folder`; only the user may change those in `foreign`."""

    root: Path
    folder: Path
    foreign: dict[Path, bytes | None]
    """The user's files and their content; None for anything that is no file."""

    def put(self, kind: str, film: Film, rng: random.Random) -> None:
        """Create an obstacle where `film` will be saved."""
        if not film.id.startswith("video"):
            return  # its name on the disk is not its id
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{film.id}.mp4"
        if kind.startswith("foreign"):
            self._take_name(kind, target, rng)
        else:
            self._take_part(kind, film, target, rng)

    def clear(self, film: Film) -> None:
        """The user removes the blocking obstacles."""
        for name in (f"{film.id}.mp4.part", f"{film.id}.mp4.part.json"):
            path = self.folder / name
            if path.is_symlink():
                path.unlink()
            elif path.is_dir():
                path.rmdir()

    def _take_name(self, kind: str, target: Path, rng: random.Random) -> None:
        if kind not in KINDS:  # it appears during a run
            kind = rng.choice(KINDS[:2])
        if target.exists() or target.is_symlink():
            return
        if kind.startswith("foreign: a folder"):
            target.mkdir()
            self.foreign[target] = None
        elif kind.startswith("foreign: a dangling link"):
            target.symlink_to("nowhere")
            self.foreign[target] = None
        else:
            data = mp4(5_000, seed=rng.randrange(2**20)) if "video" in kind else b"my own notes"
            names = [target]
            if "numbers" in kind:
                names += [target.with_name(f"{target.stem}-{n}.mp4") for n in (2, 3)]
            for name in names:
                name.write_bytes(data)
                self.foreign[name] = data

    def _take_part(self, kind: str, film: Film, target: Path, rng: random.Random) -> None:
        part, note = Path(f"{target}.part"), Path(f"{target}.part.json")
        if any(path.is_symlink() or path.exists() for path in (part, note)):
            return
        garbage = rng.randbytes(rng.choice((1, 700, 9_000)))
        if kind == "part: garbage without a note":
            part.write_bytes(garbage)
        elif kind == "part: of another video":
            part.write_bytes(mp4(6_000, seed=9))
            note.write_text(json.dumps({"id": "another", "total": 6_000, "origin": "x"}))
        elif kind == "part: note is a folder":
            part.write_bytes(garbage)
            note.mkdir()
        elif kind == "part: note is garbage":
            part.write_bytes(garbage)
            note.write_bytes(rng.choice((b"", b"\0" * 50, b"[" * 9000, b'{"id": 5}', b"\xff")))
        elif kind == "part: is a folder":
            part.mkdir()
        elif kind.startswith("part: is a"):
            mine = self.root / "mine.txt"
            mine.write_bytes(b"what the user wrote")
            self.foreign[mine] = mine.read_bytes()
            if "link" in kind:
                part.symlink_to(mine)
            else:
                part.hardlink_to(mine)
        else:
            self._torn_part(kind, film, part, note, rng)

    def _torn_part(self, kind: str, film: Film, part: Path, note: Path, rng: random.Random) -> None:
        """The beginning of the correct file, as a power cut can leave it."""
        data, etag = film.data, film.tags(0, 0.0)[0]
        known = {"id": film.id, "total": len(data), "origin": "http://127.0.0.1:1"}
        if film.traits.tagging == "strong":
            known["validator"] = etag or ""
        note.write_text(json.dumps(known))
        begun = data[: rng.randrange(1, len(data))]
        if kind == "part: zeros at its end":
            begun = data[: 4096 * rng.randrange(len(data) // 4096 + 1)]
            part.write_bytes(begun + bytes(rng.randrange(len(data) - len(begun))))
        elif kind == "part: longer than the whole":
            part.write_bytes(data + b"x")
        else:  # not even a power cut does this, but verification must find it
            part.write_bytes(b"\0\0\0\x18ftyp" + rng.randbytes(len(data) - 8))
