"""Keep the dashboard running after an unexpected exception in a handler, worker or thread.

Textual 8.2.8 ends the program, and with it every download, for any exception in a handler, a timer
or a drawing, and offers no hook (https://github.com/Textualize/textual/issues/2818, closed without
one). Here the exception goes to the log and to a toast once the first picture is drawn. Before that
there is no screen to report it on, so the program ends with a traceback.
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


class ErrorBoundaryApp(App[None]):
    """An app that ends only when the user or a signal ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_drawn = False
        """Whether the first picture was drawn."""
        self.unexpected: Counter[tuple[object, ...]] = Counter()
        """The unexpected exceptions so far, by type and place."""

    def report_unexpected(self, error: Exception, what: str) -> None:
        """Log an exception, and show a toast the first time.

        What goes on failing is logged the 1st, 10th, 100th time and so on.
        """
        frames = traceback.extract_tb(error.__traceback__)[-1:]
        kind = (type(error), *((frame.filename, frame.lineno) for frame in frames))
        self.unexpected[kind] += 1
        count = self.unexpected[kind]
        if str(count).strip("0") != "1":  # 1, 10, 100 and so on
            return
        _log.error("%s failed (%d times so far)", what, count, exc_info=error)
        if count == 1:
            words = _("Something unexpected went wrong inside hingtui; the details are in its log.")
            self.notify(words, severity="error", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed) and _is_worker_of_closed_screen():
            _log.info("a worker of what is no longer shown: %s", error)
        elif self.is_drawn:
            self.report_unexpected(error, "the screen")
        else:
            super()._handle_exception(error)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not self.is_drawn:
                raise
            self.report_unexpected(error, f"handling {type(message).__name__}")

    def _register_child(
        self, parent: DOMNode, child: Widget, before: int | None, after: int | None
    ) -> None:
        """Keep a widget's message loop going after a failed handler; Textual's own would end."""
        dispatch = child._dispatch_message

        async def contained(message: Message) -> None:
            try:
                await dispatch(message)
            except Exception as error:
                if not self.is_drawn:
                    raise
                self.report_unexpected(
                    error, f"{type(child).__name__} handling {type(message).__name__}"
                )

        child._dispatch_message = contained  # type: ignore[method-assign]  # of this widget only
        super()._register_child(parent, child, before, after)

    def _fatal_error(self) -> None:
        """As Textual's own, but without local variables and secrets in the traceback."""
        from hingtui.text.redaction import crash_report

        self.bell()
        error = sys.exception()
        shown = Text(crash_report(error) if error is not None else "")
        self._exit_renderables.append(Segments(self.console.render(shown, self.console.options)))
        self._close_messages_no_wait()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """Report a failed worker: all of hingtui's workers belong to the app."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self.report_unexpected(error, f"the worker {event.worker.name}")


def _is_worker_of_closed_screen() -> bool:
    """Whether the running worker belongs to a closed dialog.

    Textual's palette looks for its list even while it is removed.
    """
    worker = active_worker.get(None)
    return worker is not None and not (worker.node.is_attached and worker.node.display)
