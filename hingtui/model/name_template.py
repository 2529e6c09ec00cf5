"""The template of file names: `{date} {model} {prompt:40}`, and the names it gives a video.

Which of the names is free is found out in `download.final_names`. Must not import `system`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice

from hingtui.model.key import VideoKey
from hingtui.model.video import Video
from hingtui.text.clean import clean_line, day, time_of_day
from hingtui.text.file_names import (
    NEVER,
    byte_length,
    cut_at_word,
    encodable,
    harmless,
    tidy,
)
from hingtui.text.i18n import _

FIELDS = ("date", "time", "model", "prompt", "id", "gateway", "seconds", "size", "n")
"""What may stand between braces."""
USUAL_NAME = "{date} {model} {prompt:40}"
STEM_LIMIT = 110
"""Bytes of a name without its suffix. An encrypted home folder (eCryptfs) takes 143, of which up to
33 are for the suffix, a number, and what is around the name of a temporary file."""
_MOST_WIDTH = 200
_MOST_TEXT = 500
_SHORT_ID = 8
"""Characters of the end of an id, which tells names apart."""
_USUAL_WIDTH: Mapping[str, int] = {"prompt": 40, "model": 40, "id": 60, "gateway": 24, "size": 16}
_MAY_SHRINK = ("prompt", "model", "gateway", "size", "id")
"""Fields that are cut if the name is too long, in this order."""
_PIECE = re.compile(r"\{([^{}]*)\}|([{}])|([^{}]+)")
_FIELD = re.compile(r"([a-z]+)(?::([0-9]{1,4}))?")


class BadTemplate(ValueError):
    """What is wrong with a template: half a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A field, or the text between two."""

    text: str = ""
    field: str = ""
    width: int = 0
    """The most characters of a field; a number is never cut."""

    def shown(self, values: Mapping[str, str]) -> str:
        """The text, or the value of the field in its width."""
        value = values[self.field] if self.field else self.text
        return value if self.field in ("", "n") else cut_at_word(value, self.width)


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """A template that can be used."""

    pieces: tuple[Piece, ...]

    def names(self, values: Mapping[str, str], index: int = 0) -> Iterator[str]:
        """The names for the file number `index` of a job, without suffix, the best first.

        They are safe, at most STEM_LIMIT bytes long, and without end. There is none where all
        fields are empty: then the file is named after its id.
        """
        if not self._render(values, 0):
            return
        if self._has("n"):
            last = ""
            for number in count(index + 1):
                if (name := self._render(values, number)) == last:
                    break  # there was no room for the number
                yield name
                last = name
        suffixes = ["", *([] if self._has("id") else [f" {_short(values['id'])}"])]
        of_job = f"-{index + 1}" if index else ""
        for suffix in suffixes:
            yield self._render(values, 1, suffix + of_job)
        for number in count(2):
            yield self._render(values, 1, f"{suffixes[-1]}{of_job}-{number}")

    def example(self) -> str:
        """What a name looks like."""
        values = {
            "date": "2026-11-30",
            "time": "14-03-07",
            "model": "veo-3.1",
            "prompt": "Time-lapse of a harvest moon through bare branches, film grain",
            "id": "video_691209aa",
            "gateway": "default",
            "seconds": "8s",
            "size": "1280x720",
        }
        return next(islice(self.names(values), 1), values["id"])

    def _has(self, field: str) -> bool:
        return any(piece.field == field for piece in self.pieces)

    def _render(self, values: Mapping[str, str], number: int, suffix: str = "") -> str:
        """The name with this number; the longest texts are cut until it fits."""
        shown = dict(values) | {"n": str(number) if number > 1 else ""}
        room = STEM_LIMIT - byte_length(suffix)
        for field in ("", *_MAY_SHRINK):
            if field and self._has(field):
                shown[field] = self._shrunk(shown, field, room)
            if byte_length(self._joined(shown)) <= room:
                break
        stem = encodable(cut_at_word(self._joined(shown), STEM_LIMIT, room))
        return stem + suffix if stem else ""

    def _joined(self, values: Mapping[str, str]) -> str:
        return tidy("".join(piece.shown(values) for piece in self.pieces))

    def _shrunk(self, values: dict[str, str], field: str, room: int) -> str:
        """The value of a field, so short that the name has at most `room` bytes."""
        widths = [piece.width for piece in self.pieces if piece.field == field]
        # A field that is empty would take a separator with it.
        rest = byte_length(self._joined(values | {field: "x"})) - len(widths)
        return cut_at_word(values[field], max(widths), (room - rest) // len(widths))


def parse_template(text: str) -> NameTemplate:
    """The template in `text`. Raises BadTemplate."""
    if len(text) > _MOST_TEXT:
        raise BadTemplate(_("it is too long"))
    pieces = []
    for inside, brace, words in _PIECE.findall(text):
        if brace:
            raise BadTemplate(_("each {{ needs a }} behind a field's name").format())
        pieces.append(Piece(_literal(words)) if words else _field(inside))
    if not any(piece.field for piece in pieces):
        raise BadTemplate(_("it needs at least one field, such as {field}").format(field="{id}"))
    template = NameTemplate(tuple(pieces))
    literal = sum(byte_length(piece.text) for piece in pieces)
    if literal > STEM_LIMIT // 2:
        raise BadTemplate(_("it is too long"))
    return template


def name_values(key: VideoKey, video: Video | None, now: float) -> dict[str, str]:
    """What the fields stand for. `now` (Unix seconds) is the date where the gateway named none."""
    moment = now
    if video is not None:
        moment = next((at for at in (video.created_at, video.completed_at) if at), now)
    seconds = video.seconds if video is not None else None
    return {
        "date": _local(day, moment, now),
        "time": _local(time_of_day, moment, now).replace(":", "-"),
        "model": harmless(video.model) if video else "",
        "prompt": harmless(video.prompt) if video else "",
        "id": harmless(key.id),
        "gateway": harmless(key.gateway),
        "seconds": "" if seconds is None else f"{seconds:g}s",
        "size": harmless(video.size) if video else "",
    }


def _local(write: Callable[[float], str], moment: float, now: float) -> str:
    try:
        return write(moment)
    except (ValueError, OverflowError, OSError):  # no calendar goes that far
        return write(now)


def _field(inside: str) -> Piece:
    match = _FIELD.fullmatch(inside)
    if match is None or match[1] not in FIELDS:
        known = " ".join(f"{{{name}}}" for name in FIELDS)
        sentence = _("{field} is not one of {names}")
        raise BadTemplate(sentence.format(field=f"{{{clean_line(inside, 40)}}}", names=known))
    width = int(match[2]) if match[2] else _USUAL_WIDTH.get(match[1], _MOST_WIDTH)
    if not 1 <= width <= _MOST_WIDTH:
        sentence = _("the width in {field} is not from 1 to {most}")
        raise BadTemplate(sentence.format(field=f"{{{inside}}}", most=_MOST_WIDTH))
    return Piece(field=match[1], width=width)


def _literal(words: str) -> str:
    for char in words:
        if char in NEVER or not char.isprintable():
            raise BadTemplate(_("no file name may hold {char}").format(char=ascii(char)))
    return words


def _short(video_id: str) -> str:
    """The end of an id: ids of one gateway often begin alike."""
    return video_id[-_SHORT_ID:].strip(" -_.") or "x"


USUAL_TEMPLATE = parse_template(USUAL_NAME)
