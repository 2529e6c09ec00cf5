"""The lines of the details about what is wrong with a video, each with the next step.

Must not import widgets: it is tested without a screen.
"""

from __future__ import annotations

from collections.abc import Iterator

from hingtui.model.explain import diagnose
from hingtui.model.failures import Failure, explain_failure, gateway_says
from hingtui.model.video import Video
from hingtui.monitor import Row
from hingtui.text.clean import time_of_day
from hingtui.text.i18n import _
from hingtui.ui.advice import advice_text
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.widgets.detail_field import Field


def problem_fields(row: Row, context: RenderContext) -> Iterator[Field]:
    """What is wrong or waits for a person, each with the next step."""
    palette, video = context.palette, row.video
    if video is not None and (failure := explain_failure(video)) is not None:
        yield from _failure_fields(video, failure, context)
    elif video is not None and video.error is not None:
        yield Field(_("Error"), video.error.message or video.error.code, palette.error)
        if video.error.message:
            yield Field(_("Code"), video.error.code, palette.muted)
    if row.saved is None and row.has_vanished(context.now):
        words = _("It has expired: the gateway has deleted its file.")
        yield Field(_("Problem"), words, palette.error)
    if row.download is not None and row.download.error is not None:
        yield from _error_fields(_("Download"), row.download.error, context)
    elif row.can_be_downloaded(context.now):
        words = _("It is not saved yet: {key} downloads it.")
        yield Field(_("Next step"), words.format(key=context.key_for("download")), palette.strong)
    if row.last_error is not None:
        yield from _error_fields(_("Last request"), row.last_error.error, context)
        since = _("Since {time}").format(time=time_of_day(row.last_error.since))
        yield Field("", since, palette.muted)


def _failure_fields(video: Video, failure: Failure, context: RenderContext) -> Iterator[Field]:
    """What happened, the gateway's own words, what to do, and what it cost."""
    palette = context.palette
    yield Field(_("Reason"), failure.what, palette.error)
    label = "" if failure.what else _("Reason")
    yield Field(label, gateway_says(video.error), palette.muted if failure.what else palette.error)
    yield Field(_("Next step"), failure.step, palette.plain)
    yield Field(_("Refund"), failure.money, palette.plain)
    if video.error is not None:
        yield Field(_("Request id"), video.error.request_id, palette.muted)


def _error_fields(label: str, error: Exception, context: RenderContext) -> Iterator[Field]:
    """What happened, what to do, the server's words, its request id."""
    palette = context.palette
    diagnosis = diagnose(error)
    yield Field(label, diagnosis.what, palette.warning)
    yield Field(_("Next step"), advice_text(diagnosis.advice, context.key_for), palette.plain)
    if diagnosis.details:
        words = _("In its words: {words}").format(words=diagnosis.details)
        yield Field("", words, palette.muted)
    if diagnosis.request_id:
        words = _("Request id for support: {id}").format(id=diagnosis.request_id)
        yield Field("", words, palette.muted)
