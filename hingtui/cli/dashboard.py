"""Start the dashboard."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from hingtui.cli.terminal_check import why_no_dashboard
from hingtui.model.errors import SettingsError
from hingtui.storage.settings import Settings, load_settings
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from hingtui.system.clock import Clock


def dashboard(environ: Mapping[str, str]) -> int:
    """The dashboard on the user's own watchlist; the exit status."""
    if (problem := why_no_dashboard(environ)) is not None:
        return refuse_to_start(problem)
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        return refuse_to_start(str(error))
    return run_app(settings, is_demo=False)


def run_app(settings: Settings, *, is_demo: bool, clock: Clock | None = None) -> int:
    this_process.be_patient()
    gc.disable()  # until the first paint: looking for garbage among imports only costs time
    from hingtui.ui.app import HingtuiApp

    for name in ("COLUMNS", "LINES"):  # exported once, they would hide each change of size
        os.environ.pop(name, None)
    i18n.use_language(settings.language)
    log = open_log(settings.log_path)
    hide: Callable[[str], None] | None = log.hide if log is not None else None
    app = HingtuiApp(settings, is_demo=is_demo, clock=clock, hide=hide)
    if sys.platform != "win32":
        from hingtui.ui.textual_fixes.driver import TerminalDriver

        app.driver_class = TerminalDriver

    def tell_unwritten() -> None:
        with suppress(OSError):  # the terminal may be gone
            _tell_unwritten(app.monitor.unwritten)

    this_process.at_last(tell_unwritten)
    try:
        if this_process.status is None:
            this_process.run(app.run_async())
    finally:
        this_process.terminal.put_back()
        tell_unwritten()
        this_process.end(app.return_code or 0)
        if log is not None:
            log.close()
    return app.return_code or 0


def _tell_unwritten(ids: list[str]) -> None:
    """What the watchlist's file could not take is still on the screen, to be added again."""
    if ids:
        import shlex  # hardly ever needed

        told = _("These ids could not be written to the watchlist. To watch them again:")
        again = shlex.join(["hingtui", "add", *(clean_line(one) for one in ids)])
        # Where the end comes by force, Textual still holds sys.stderr.
        print(f"hingtui: {told}\n{again}", file=sys.__stderr__, flush=True)


def refuse_to_start(sentence: str) -> int:
    print(f"hingtui: {sentence}", file=sys.stderr)
    return 2
