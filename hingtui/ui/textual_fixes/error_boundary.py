"""Keep the dashboard running after an unexpected exception in a handler, worker or thread.

Textual ends the program for any exception in a handler, a timer or a drawing, and with it every
download. Here it ends in the log and in a toast, once the first picture stands: a fault before
that has no screen to be told on, and ends the program with a traceback.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections import Counter

from rich.segment import Segments
from rich.text import Text
from textual import on
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerFailed, WorkerState, active_worker

from hingtui.text.i18n import _

_log = logging.getLogger(__name__)


class SurvivingApp(App[None]):
    """An app that ends only because somebody said so."""

    def __init__(self) -> None:
        super().__init__()
        self.is_standing = False
        """Whether the first picture was drawn."""
        self.survived: Counter[tuple[object, ...]] = Counter()
        """What was lived through, by kind and place."""

    def survive(self, error: Exception, what: str) -> None:
        """Tell of an error and go on. What happens each second is not told each second."""
        frames = traceback.extract_tb(error.__traceback__)[-1:]
        kind = (type(error), *((frame.filename, frame.lineno) for frame in frames))
        self.survived[kind] += 1
        count = self.survived[kind]
        if str(count).strip("0") != "1":  # 1, 10, 100 and so on
            return
        _log.error("%s failed (%d times so far)", what, count, exc_info=error)
        if count == 1:
            words = _("Something unexpected went wrong inside hingtui; the details are in its log.")
            self.notify(words, severity="error", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed) and _was_left_behind():
            _log.info("a worker of what is no longer shown: %s", error)
        elif self.is_standing:
            self.survive(error, "the screen")
        else:
            super()._handle_exception(error)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not self.is_standing:
                raise
            self.survive(error, f"handling {type(message).__name__}")

    def _register_child(
        self, parent: DOMNode, child: Widget, before: int | None, after: int | None
    ) -> None:
        """Every widget's loop goes on after a failed handler; Textual's own would end for ever."""
        dispatch = child._dispatch_message

        async def contained(message: Message) -> None:
            try:
                await dispatch(message)
            except Exception as error:
                if not self.is_standing:
                    raise
                self.survive(error, f"{type(child).__name__} handling {type(message).__name__}")

        child._dispatch_message = contained  # type: ignore[method-assign]
        super()._register_child(parent, child, before, after)

    def _fatal_error(self) -> None:
        """As Textual's own, but without local variables and without secrets in what is said."""
        from hingtui.text.redaction import crash_report

        self.bell()
        error = sys.exception()
        shown = Text(crash_report(error) if error is not None else "")
        self._exit_renderables.append(Segments(self.console.render(shown, self.console.options)))
        self._close_messages_no_wait()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """All workers are the app's own, and none may fail in silence."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self.survive(error, f"the worker {event.worker.name}")


def _was_left_behind() -> bool:
    """Whether the worker that runs is one of a closed dialog: Textual's palette looks for its list
    even while it is taken apart."""
    worker = active_worker.get(None)
    return worker is not None and not (worker.node.is_attached and worker.node.display)
