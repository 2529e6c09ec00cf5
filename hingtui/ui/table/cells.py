"""Draw the cells of a row."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from hingtui.model.eta import Basis
from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import DownloadState, Row, RowState, row_state_of
from hingtui.text.cell_width import fit as fit  # for whoever shows what stands in cells
from hingtui.text.cell_width import short_id
from hingtui.text.clean import human_bytes, human_duration, one_line
from hingtui.text.i18n import _
from hingtui.ui.keys import KeyFor, default_key_for
from hingtui.ui.theme.palette import Palette

SOON, VERY_SOON = 600.0, 180.0
"""Seconds before expiry from which a countdown is shown as a warning, and as an alarm."""


Cell = tuple[tuple[str, Style], ...]
"""What stands in a cell: pieces of text, each with its style. Cheap to make and to compare."""


_ICONS = {
    # Only characters that no terminal draws double-wide.
    RowState.ASKING: "◌",
    RowState.MISSING: "?",
    RowState.QUEUED: "◌",
    RowState.GENERATING: "▸",
    RowState.READY: "▾",
    RowState.SAVING: "▾",
    RowState.WAITING: "◌",
    RowState.SAVED: "✓",
    RowState.FAILED: "✗",
    RowState.EXPIRED: "✗",
    RowState.UNKNOWN: "?",
}


def row_state_word(standing: RowState) -> str:
    """The word for a standing, in the language in use."""
    return {
        RowState.ASKING: _("asking"),
        RowState.MISSING: _("not known yet"),
        RowState.QUEUED: _("queued"),
        RowState.GENERATING: _("generating"),
        RowState.READY: _("ready"),
        RowState.SAVING: _("saving"),
        RowState.WAITING: _("waiting"),
        RowState.SAVED: _("saved"),
        RowState.FAILED: _("failed"),
        RowState.EXPIRED: _("expired"),
        RowState.UNKNOWN: _("unknown"),
    }[standing]


def row_state_style(standing: RowState, palette: Palette) -> Style:
    """The colour of a standing."""
    match standing:
        case RowState.GENERATING:
            return palette.primary
        case RowState.READY:
            return palette.success + palette.strong
        case RowState.SAVING:
            return palette.accent
        case RowState.SAVED:
            return palette.success
        case RowState.FAILED:
            return palette.error
        case RowState.WAITING | RowState.MISSING | RowState.UNKNOWN:
            return palette.warning
        case _:
            return palette.muted


def row_state_icon(standing: RowState) -> str:
    """The sign of a standing, one cell wide everywhere."""
    return _ICONS[standing]


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
    return _say(f"{row_state_icon(standing)} {word}", style, width)


def progress_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """A bar with what is reported of it, or the one thing worth saying where there is no bar."""
    palette = sight.palette
    standing = row_state_of(watched, sight.now)
    if standing is RowState.SAVING:
        return _saving_bar(watched, palette, width)
    if standing is RowState.SAVED:
        if not watched.is_verified:
            return _say(_("unverified"), palette.warning, width)
        size = watched.saved_bytes
        return _say(human_bytes(size) if size is not None else "", palette.muted, width)
    if (trouble := _short_trouble(watched, standing)) is not None:
        style = palette.warning if standing is RowState.WAITING else palette.error
        return _say(trouble, style, width)
    if standing is RowState.READY:
        return _say(_("press {key}").format(key=sight.key_for("download")), palette.muted, width)
    if watched.video is None or watched.is_final:
        return ()
    progress = watched.video.progress
    if progress is None:
        return bar(None, "", width, palette.track, palette.filled)
    return bar(progress / 100, f"{progress:.0f}%", width, palette.track, palette.filled)


def _saving_bar(watched: Row, palette: Palette, width: int) -> Cell:
    """How much of the file is here, and how fast the rest comes."""
    if watched.saving is None or watched.saving.state is DownloadState.QUEUED:
        return bar(None, _("in line"), width, palette.track, palette.filled_saving)
    progress = watched.saving.progress
    share = progress.received / progress.total if progress.total else None
    return bar(share, _bytes_label(watched, width), width, palette.track, palette.filled_saving)


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
            return _say(_("~{time} left").format(time=human_duration(left)), palette.plain, width)
        return ()
    if watched.is_final:
        if video.completed_at is None:
            return ()
        return _say(coarse_ago(sight.now - video.completed_at), palette.muted, width)
    if sight.left is not None and video.status is Status.GENERATING:
        if sight.left < 1:
            return _say(_("soon"), palette.plain, width)
        # An estimate is not exact to the second, and rows that stand still are calm.
        left = sight.left if sight.left < 60 else sight.left // 10 * 10
        left_text = human_duration(left)
        return _say(_("~{time} left").format(time=left_text), palette.plain, width)
    if video.created_at is None:
        return ()
    age = human_duration(sight.now - video.created_at)
    return _say(_("for {time}").format(time=age), palette.muted, width)


def expiry_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """The countdown to the moment the file vanishes; `~` where that moment is our estimate."""
    palette = sight.palette
    ends = watched.expiry
    if ends is None or watched.saved is not None:
        return ()
    left = ends.at - sight.now
    if left <= 0:
        return _say(_("gone") if ends.basis is Basis.SERVER else _("gone?"), palette.muted, width)
    mark = "~" if ends.is_estimate else ""
    style = palette.plain
    if left < VERY_SOON:
        style = palette.error + palette.strong
    elif left < SOON:
        style = palette.warning
    return _say(mark + human_duration(left), style, width)


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
    return _say(model, sight.palette.muted, width)


def shape_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """Size in pixels and length in seconds."""
    return _say(shape_of(watched), sight.palette.muted, width)


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
        return _say(one_line(prompt[: width * 4]), sight.palette.plain, width)
    return _say(short_id(watched.id, width), sight.palette.muted, width)


def id_cell(watched: Row, sight: RenderContext, width: int) -> Cell:
    """The id that was asked for."""
    return _say(short_id(watched.id, width), sight.palette.muted, width)


def error_line(watched: Row) -> str:
    """Why a video failed, on one line, in the server's words."""
    error = watched.video.error if watched.video else None
    if error is None:
        return _("no reason given")
    return one_line(error.message or error.code)


def bar(share: float | None, label: str, width: int, track: Style, filled: Style) -> Cell:
    """A bar of `width` cells filled to `share` (0–1; None: not known), with a label on it.

    It is drawn with background colour alone: the usual bar characters are double-wide in some
    terminals.
    """
    label = fit(label, width - 1)
    done = 0 if share is None else round(min(1.0, max(0.0, share)) * width)
    if share is not None and share > 0:
        done = max(1, done)
    # A label that the end of the bar would cut stands behind it, if there is room.
    before = done + 1 if 0 < done <= cell_len(label) + 1 else 1
    if before + cell_len(label) > width:
        before = 1
    line = set_cell_size(" " * before + label, width)
    cut = _chars_within(line, done)
    return tuple(piece for piece in ((line[:cut], filled), (line[cut:], track)) if piece[0])


def _chars_within(line: str, cells: int) -> int:
    """How many characters of `line` fill `cells` cells."""
    taken = 0
    for index, char in enumerate(line):
        if taken >= cells:
            return index
        taken += cell_len(char)
    return len(line)


def _say(line: str, style: Style, width: int) -> Cell:
    return ((fit(line, width), style),)


def _bytes_label(watched: Row, width: int) -> str:
    """`1.2/3.4 MB 800 kB/s`, or as much of it as there is room for."""
    if watched.saving is None:
        return ""
    progress = watched.saving.progress
    got = human_bytes(progress.received)
    speed = f"{human_bytes(progress.speed)}/s" if progress.speed > 0 else ""
    if not progress.total:
        return f"{got} {speed}".strip()
    total = human_bytes(progress.total)
    if got.split()[1] == total.split()[1]:
        got = got.split()[0]
    figures = f"{got}/{total}"
    per_cent = f"{progress.received * 100 / progress.total:.0f}%"
    for label in (f"{figures} {speed}".strip(), f"{per_cent} {speed}".strip(), per_cent):
        if cell_len(label) < width:
            return label
    return per_cent
