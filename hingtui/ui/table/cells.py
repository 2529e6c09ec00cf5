"""Draw the cells of a row."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from hingtui.model.errors import Expired
from hingtui.model.estimate import Estimate
from hingtui.model.eta import Basis
from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import GatewayStatus, Row, RowState, row_state_of
from hingtui.monitor.attention import SOON, VERY_SOON
from hingtui.monitor.state_words import row_state_icon, row_word
from hingtui.text.cell_width import fit, fit_middle, short_id
from hingtui.text.clean import human_bytes, human_duration, human_estimate, one_line
from hingtui.text.i18n import _
from hingtui.ui.keys import KeyFor, default_key_for
from hingtui.ui.table.cell import Cell, number_cell, text_cell
from hingtui.ui.table.progress_bar import bar, download_bar
from hingtui.ui.table.row_state import row_state_style
from hingtui.ui.theme.palette import Palette


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What drawing the cells of one row needs besides the row."""

    now: float
    """Unix seconds on this machine's clock."""
    palette: Palette
    left: float | None = None
    """Estimated seconds until this row's video is finished."""
    key_for: KeyFor = default_key_for
    gateway: GatewayStatus | None = None
    """The state of the row's gateway: whether it is being asked at all."""
    gateway_label: str = ""
    """How that gateway is called, "" to show none."""
    estimate: Estimate | None = None
    """What `left` rests on."""
    usual: float | None = None
    """Seconds that videos of this model and length usually take."""


def status_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """Icon and word in colour; the server's own word where hingtui does not know it."""
    state = row_state_of(row, context.now)
    word = row_word(row, state, context.gateway)
    style = row_state_style(state, context.palette)
    if row.is_old and row.video is not None and not row.is_final:
        style = context.palette.muted + Style(
            italic=True
        )  # from an earlier run, not asked again yet
    return text_cell(f"{row_state_icon(state)} {word}", style, width)


def progress_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """A bar of the reported progress; where there is none, the size, an error or the next step."""
    palette = context.palette
    state = row_state_of(row, context.now)
    if state is RowState.DOWNLOADING:
        return download_bar(row, palette, width)
    if state is RowState.SAVED:
        if not row.is_verified:
            return text_cell(_("unverified"), palette.warning, width)
        size = row.saved_bytes
        return text_cell(human_bytes(size) if size is not None else "", palette.muted, width)
    if (short := short_error(row, state)) is not None:
        style = palette.warning if state is RowState.WAITING else palette.error
        return text_cell(short, style, width)
    if row.video is None or state not in (RowState.GENERATING, RowState.STALLED):
        return ()
    progress = row.video.progress
    if progress is None:
        return bar(None, "", width, palette.track, palette.filled)
    return bar(progress / 100, f"{progress:.0f}%", width, palette.track, palette.filled)


def short_error(row: Row, state: RowState) -> str | None:
    """Why the video, the download or the last request failed, in a few words; None if none did."""
    if state is RowState.FAILED and row.video is not None:
        from hingtui.model.failures import explain_failure  # not for the first picture

        failure = explain_failure(row.video)
        return (failure.short or None) if failure is not None else None
    if row.download is not None and (error := row.download.error) is not None:
        is_said = state is RowState.EXPIRED and isinstance(error, Expired)
        return None if is_said else diagnose(error).short
    if row.last_error is not None and state is not RowState.MISSING:
        return diagnose(row.last_error.error).short
    return None


def time_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The estimated time left; else for how long it has run, or how long ago it ended."""
    palette = context.palette
    video = row.video
    if video is None:
        return ()
    if row.is_downloading and row.download is not None:
        progress = row.download.progress
        if progress.total and progress.speed > 0:
            left = (progress.total - progress.received) / progress.speed
            return _left_cell(left, human_duration(left), palette, width)
        return ()
    if row.is_final:
        if video.completed_at is None:
            return ()
        ago = coarse_ago(row.age(video.completed_at, context.now))
        return number_cell(ago, palette.muted, width)
    if context.left is not None and video.status is Status.GENERATING:
        return _left_cell(context.left, human_estimate(context.left), palette, width)
    if video.created_at is None:
        return ()
    age = human_duration(row.age(video.created_at, context.now))
    return number_cell(_("for {time}").format(time=age), palette.muted, width)


def _left_cell(seconds: float, shown: str, palette: Palette, width: int) -> Cell:
    words = _("soon") if seconds < 1 else _("~{time} left").format(time=shown)
    return number_cell(words, palette.plain, width)


def expiry_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The countdown to the file's expiry; `~` where that is an estimate."""
    palette = context.palette
    ends = row.expiry
    if ends is None or row.saved is not None:
        return ()
    left = ends.at - context.now
    if left <= 0:
        if ends.basis is Basis.SERVER:
            return number_cell(_("gone"), palette.error, width)
        return number_cell(_("gone?"), palette.warning, width)
    mark = "~" if ends.is_estimate else ""
    style = palette.plain
    if left < VERY_SOON:
        style = palette.error + palette.strong
    elif left < SOON:
        style = palette.warning
    return number_cell(mark + human_duration(left), style, width)


def time_or_expiry_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The countdown of a ready video, else the time: both, where there is one column for them."""
    return expiry_cell(row, context, width) or time_cell(row, context, width)


def coarse_ago(seconds: float) -> str:
    """How long ago, in one coarse unit, so that it changes rarely."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{n} min ago").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h ago").format(n=minutes // 60)
    return _("{n} d ago").format(n=minutes // (24 * 60))


def model_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The model's name."""
    model = row.video.model if row.video else ""
    return ((fit_middle(model, width), context.palette.muted),)


def gateway_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The name of the gateway; nothing until one knows the id."""
    return text_cell(row.gateway, context.palette.muted, width)


def shape_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """Size in pixels and length in seconds."""
    return text_cell(shape_of(row), context.palette.muted, width)


def cost_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """What the video cost, as the gateway reports it."""
    cost = row.video.cost if row.video else None
    return number_cell(cost.text, context.palette.muted, width) if cost is not None else ()


def shape_of(row: Row) -> str:
    """`720x1280 4s`, as far as it is known."""
    video = row.video
    if video is None:
        return ""
    seconds = "" if video.seconds is None else f"{video.seconds:g}s"
    return f"{video.size} {seconds}".strip()


def title_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The prompt, or the id where there is none; for a failed video, the reason first.

    That is where other columns have no room for the reason (`reason`). It has the icon of a
    failure: without colours it would look like a prompt.
    """
    if row.status is Status.FAILED:
        prompt = row.video.prompt if row.video else ""
        reason = fit(f"{row_state_icon(RowState.FAILED)} {error_line(row)}", width)
        room = width - cell_len(reason)
        name = one_line(prompt[: width * 4]) or short_id(row.id, max(0, room - 2))
        rest = fit(f"  {name}", room)
        return ((reason, context.palette.error), (rest, context.palette.muted))
    return prompt_cell(row, context, width)


def prompt_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The prompt, or the id where there is none."""
    prompt = row.video.prompt if row.video else ""
    if prompt:
        return text_cell(one_line(prompt[: width * 4]), context.palette.plain, width)
    return text_cell(short_id(row.id, width), context.palette.muted, width)


def id_cell(row: Row, context: RenderContext, width: int) -> Cell:
    """The id that was asked for."""
    return text_cell(short_id(row.id, width), context.palette.muted, width)


def error_line(row: Row) -> str:
    """Why a video failed, on one line, in the server's words."""
    error = row.video.error if row.video else None
    if error is None:
        return _("no reason given")
    return one_line(error.message or error.code)
