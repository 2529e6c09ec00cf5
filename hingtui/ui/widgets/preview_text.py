"""What the details say of a file beside its picture: what is in it, and what looks wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hingtui.model.video import Video
from hingtui.monitor import Row
from hingtui.preview.pictures import Facts, Looks, Preview, PreviewFailure
from hingtui.text.clean import human_duration
from hingtui.text.i18n import _
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.widgets.detail_field import Field

INSTALL = "pip install 'hingtui[preview]'"
_SHORTER = 0.75
"""Seconds by which a video may differ from what was asked for: models round to whole frames."""
_NAMES = {"h264": "H.264", "hevc": "H.265", "av1": "AV1", "vp9": "VP9", "vp8": "VP8"}
_SIZE = re.compile(r"\s*(\d{2,5})\s*[x×*]\s*(\d{2,5})\s*", re.IGNORECASE)


def preview_fields(
    row: Row, preview: Preview | None, looks: Looks | None, context: RenderContext
) -> list[Field]:
    """The fields of a saved file; none before it was looked at."""
    if preview is None:
        return []
    return [*_fields(row, preview, looks, context)]


def _fields(
    row: Row, preview: Preview, looks: Looks | None, context: RenderContext
) -> Iterator[Field]:
    palette = context.palette
    if facts := facts_line(preview.facts):
        yield Field(_("Video"), facts, palette.plain)
    for warning in warnings_of(row.video, preview.facts, looks):
        yield Field("", warning, palette.warning)
    if preview.why is not None and (words := failure_text(preview.why)):
        style = palette.warning if preview.why is PreviewFailure.BROKEN else palette.muted
        yield Field(_("Preview"), words, style)


def facts_line(facts: Facts) -> str:
    """Codec, size, length, sound: as far as they are known."""
    words = [_NAMES.get(facts.codec, facts.codec)]
    if facts.width and facts.height:
        words.append(f"{facts.width}×{facts.height}")
    if facts.duration is not None:
        words.append(_("{n} s").format(n=f"{facts.duration:.1f}".removesuffix(".0")))
    if facts.has_audio is not None:
        words.append(_("with sound") if facts.has_audio else _("no sound"))
    return " · ".join(word for word in words if word)


def warnings_of(video: Video | None, facts: Facts, looks: Looks | None) -> list[str]:
    """Where the file is not what was asked for, and what looks wrong."""
    found = []
    asked = None if video is None else video.seconds
    if asked and facts.duration is not None and abs(facts.duration - asked) > _SHORTER:
        words = _("It is {actual} s long; {asked} s were asked for.")
        actual = f"{facts.duration:.1f}".removesuffix(".0")
        found.append(words.format(actual=actual, asked=f"{asked:g}"))
    size = None if video is None else _SIZE.fullmatch(video.size)
    if size and facts.width and facts.height:
        wanted = (int(size[1]), int(size[2]))
        if wanted != (facts.width, facts.height):
            words = _("It is {actual}; {asked} was asked for.")
            actual = f"{facts.width}×{facts.height}"
            found.append(words.format(actual=actual, asked=f"{wanted[0]}×{wanted[1]}"))
    if looks is not None and looks.is_black:
        found.append(_("It looks black."))
    if looks is not None and looks.is_frozen:
        found.append(_("It looks frozen: the picture does not move."))
    return found


def failure_text(why: PreviewFailure) -> str:
    """Why there is no picture, with what to do; "" where that is shown elsewhere."""
    return {
        PreviewFailure.NO_FILE: _("The file is not there any more."),
        PreviewFailure.BROKEN: _("No picture could be decoded: the file may be damaged."),
        PreviewFailure.NO_VIDEO: _("There is nothing to see in this file."),
        PreviewFailure.CODEC: _("This kind of video cannot be shown here; a player may open it."),
        PreviewFailure.TOO_LARGE: _("Its pictures are too large to be shown here."),
        PreviewFailure.TIMEOUT: _("Decoding it took too long."),
        PreviewFailure.CRASHED: _("The decoder ended while reading it."),
        PreviewFailure.NO_DECODER: _("For pictures: {command}").format(command=INSTALL),
    }[why]


def strip_caption(at: float, duration: float | None, place: int, count: int) -> str:
    """Where in the film the picture is from."""
    length = "" if duration is None else f" / {human_duration(duration)}"
    return f"{human_duration(at)}{length}  {place}/{count}"
