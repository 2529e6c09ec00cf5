"""Draw the cells of a row."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from hingtui.model.eta import Basis
from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import Row, RowState, row_state_of
from hingtui.text.cell_width import fit, short_id
from hingtui.text.clean import human_bytes, human_duration, one_line
from hingtui.text.i18n import _
from hingtui.ui.keys import KeyFor, default_key_for
from hingtui.ui.table.cell import Cell, text_cell
from hingtui.ui.table.progress_bar import bar, download_bar
from hingtui.ui.table.row_state import row_state_icon, row_state_style, row_state_word
from hingtui.ui.theme.palette import Palette

SOON, VERY_SOON = 600.0, 180.0
"""Seconds before expiry from which a countdown is shown as a warning, and as an alarm."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What all cells of one drawing have in common."""

    now: float
    """Unix seconds on the server's clock."""
    palette: Palette
    left: float | None = None
    """Estimated seconds until this row's video is finished."""
    key_for: KeyFor = default_key_for


def status_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """Icon and word, coloured; the server's own word where its meaning is not known."""
    standing = row_state_of(watched, sight.now)
    word = row_state_word(standing)
    if standing is RowState.UNKNOWN and watched.video is not None and watched.video.raw_status:
        word = watched.video.raw_status
    elif standing is RowState.MISSING and watched.trouble is not None:
        word = diagnose(watched.trouble.error).short
    style = row_state_style(standing, sight.palette)
    if watched.is_old and watched.video is not None and not watched.is_final:
        style = sight.palette.muted + Style(italic=True)  # from an earlier run, not asked again yet
    return text_cell(f"{row_state_icon(standing)} {word}", style, width)


def progress_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """A bar with what is reported of it, or the one thing worth saying where there is no bar."""
    palette = sight.palette
    standing = row_state_of(watched, sight.now)
    if standing is RowState.SAVING:
        return download_bar(watched, palette, width)
    if standing is RowState.SAVED:
        if not watched.is_verified:
            return text_cell(_("unverified"), palette.warning, width)
        size = watched.saved_bytes
        return text_cell(human_bytes(size) if size is not None else "", palette.muted, width)
    if (trouble := _short_trouble(watched, standing)) is not None:
        style = palette.warning if standing is RowState.WAITING else palette.error
        return text_cell(trouble, style, width)
    if standing is RowState.READY:
        return text_cell(
            _("press {key}").format(key=sight.key_for("download")), palette.muted, width
        )
    if watched.video is None or watched.is_final:
        return ()
    progress = watched.video.progress
    if progress is None:
        return bar(None, "", width, palette.track, palette.filled)
    return bar(progress / 100, f"{progress:.0f}%", width, palette.track, palette.filled)


def _short_trouble(watched: Row, standing: RowState) -> str | None:
    """What is wrong with the download or the last question, in a few words."""
    if watched.saving is not None and watched.saving.error is not None:
        return diagnose(watched.saving.error).short
    if watched.trouble is not None and standing is not RowState.MISSING:
        return diagnose(watched.trouble.error).short
    return None


def time_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """What is left by our estimate; else for how long it has run, or how long ago it ended."""
    palette = sight.palette
    video = watched.video
    if video is None:
        return ()
    if watched.is_saving and watched.saving is not None:
        progress = watched.saving.progress
        if progress.total and progress.speed > 0:
            left = (progress.total - progress.received) / progress.speed
            return text_cell(
                _("~{time} left").format(time=human_duration(left)), palette.plain, width
            )
        return ()
    if watched.is_final:
        if video.completed_at is None:
            return ()
        return text_cell(coarse_ago(sight.now - video.completed_at), palette.muted, width)
    if sight.left is not None and video.status is Status.GENERATING:
        if sight.left < 1:
            return text_cell(_("soon"), palette.plain, width)
        # An estimate is not exact to the second, and rows that stand still are calm.
        left = sight.left if sight.left < 60 else sight.left // 10 * 10
        left_text = human_duration(left)
        return text_cell(_("~{time} left").format(time=left_text), palette.plain, width)
    if video.created_at is None:
        return ()
    age = human_duration(sight.now - video.created_at)
    return text_cell(_("for {time}").format(time=age), palette.muted, width)


def expiry_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """The countdown to the moment the file vanishes; `~` where that moment is our estimate."""
    palette = sight.palette
    ends = watched.expiry
    if ends is None or watched.saved is not None:
        return ()
    left = ends.at - sight.now
    if left <= 0:
        return text_cell(
            _("gone") if ends.basis is Basis.SERVER else _("gone?"), palette.muted, width
        )
    mark = "~" if ends.is_estimate else ""
    style = palette.plain
    if left < VERY_SOON:
        style = palette.error + palette.strong
    elif left < SOON:
        style = palette.warning
    return text_cell(mark + human_duration(left), style, width)


def coarse_ago(seconds: float) -> str:
    """How long ago, in one coarse unit, so that what is over does not flicker."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{n} min ago").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h ago").format(n=minutes // 60)
    return _("{n} d ago").format(n=minutes // (24 * 60))


def model_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """The model's name."""
    model = watched.video.model if watched.video else ""
    return text_cell(model, sight.palette.muted, width)


def shape_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """Size in pixels and length in seconds."""
    return text_cell(shape_of(watched), sight.palette.muted, width)


def shape_of(watched: Row) -> str:
    """`720x1280 4s`, as far as it is known."""
    video = watched.video
    if video is None:
        return ""
    seconds = "" if video.seconds is None else f"{video.seconds:g}s"
    return f"{video.size} {seconds}".strip()


def title_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """The prompt; where there is none, the id; before it, why the video failed."""
    prompt = watched.video.prompt if watched.video else ""
    if watched.status is Status.FAILED:
        reason = fit(error_line(watched), width)
        room = width - cell_len(reason)
        name = one_line(prompt[: width * 4]) or short_id(watched.id, max(0, room - 2))
        rest = fit(f"  {name}", room)
        return ((reason, sight.palette.error), (rest, sight.palette.muted))
    if prompt:
        return text_cell(one_line(prompt[: width * 4]), sight.palette.plain, width)
    return text_cell(short_id(watched.id, width), sight.palette.muted, width)


def id_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """The id that was asked for."""
    return text_cell(short_id(watched.id, width), sight.palette.muted, width)


def error_line(watched: Row) -> str:
    """Why a video failed, on one line, in the server's words."""
    error = watched.video.error if watched.video else None
    if error is None:
        return _("no reason given")
    return one_line(error.message or error.code)
